import type { putVaultItem } from '#libs/db/reissues';
import type { InputFault } from '#libs/http';
import type { Particulars } from '#libs/domain';
import { EnvelopeError, inspectEnvelope, sealParticulars, type EnvelopeBinding } from '#libs/vault';
import { decodeProtectedHeader, type JWK } from 'jose';
import { problem } from '../problems.js';
import type { SealedValue } from './step-draft.js';

/** The binding that all envelopes of a call must have. */
interface SealedFor extends EnvelopeBinding {
  /** The reissue, or the Idempotency-Key of a call that has none yet. */
  readonly sub: string;
}

/** Where the vault keeps the particulars of an applicant. */
interface ParticularsLocation {
  readonly handle: string;
  readonly reissueId: string;
  readonly updateId: string;
  readonly keyThumbprint: string;
}

/** Checks the headers of sealed values, and stores the values in the vault for the step that opens them. */
export class Envelopes {
  private readonly kids: ReadonlySet<string>;

  /** @param vaultKeys public keys; the first seals */
  constructor(
    private readonly put: (
      item: Parameters<typeof putVaultItem>[1],
      envelope: Parameters<typeof putVaultItem>[2],
    ) => ReturnType<typeof putVaultItem>,
    private readonly vaultKeys: readonly JWK[],
  ) {
    this.kids = new Set(vaultKeys.map(({ kid }) => kid ?? ''));
  }

  /** @throws ProblemError 422 `envelope-refused`, which names each envelope that is bound to something else */
  inspect({ sub, ...boundTo }: SealedFor, sealed: readonly SealedValue[], now: Date): void {
    const errors = sealed.flatMap(({ pointer, purpose, envelope }): InputFault[] => {
      try {
        inspectEnvelope(envelope, { purpose, sub, boundTo, now: now.getTime(), kids: this.kids });
        return [];
      } catch (error) {
        if (!(error instanceof EnvelopeError)) throw error;
        return [{ pointer, message: error.message }];
      }
    });
    if (errors.length > 0) throw problem('envelope-refused', { errors });
  }

  /** @throws ProblemError 422 `envelope-refused`, which names each envelope that another call has used */
  async keep(
    reissueId: string,
    { sub, keyThumbprint }: SealedFor,
    sealed: readonly SealedValue[],
    now: Date,
  ): Promise<void> {
    const kept = sealed.map(async (value): Promise<InputFault[]> => {
      const { handle, updateId, envelope, pointer, purpose, challengeId = null } = value;
      const item = {
        ...{ handle, reissue_id: reissueId, update_id: updateId, envelope, created_at: now },
        ...(sub === reissueId ? {} : { subject: sub }),
      };
      const about = { purpose, challenge_id: challengeId, key_thumbprint: keyThumbprint };
      const fresh = await this.put(item, { jti: String(decodeProtectedHeader(envelope).jti), ...about });
      return fresh ? [] : [{ pointer, message: 'this envelope was used before: seal the value again' }];
    });
    const errors = (await Promise.all(kept)).flat();
    if (errors.length > 0) throw problem('envelope-refused', { errors });
  }

  /** Seals the particulars of an applicant and stores them. From then on only the worker can read them. */
  async keepParticulars(
    { handle, reissueId, updateId, keyThumbprint }: ParticularsLocation,
    particulars: Particulars,
    now: Date,
  ): Promise<void> {
    const envelope = await sealParticulars(particulars, reissueId, this.vaultKeys[0]!);
    await this.put(
      { handle, reissue_id: reissueId, update_id: updateId, envelope, created_at: now },
      { jti: handle, purpose: 'particulars', challenge_id: null, key_thumbprint: keyThumbprint },
    );
  }
}
