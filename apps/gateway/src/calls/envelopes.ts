import type { InputFault } from '#libs/http';
import type { Particulars } from '#libs/domain';
import { EnvelopeError, inspectEnvelope, sealParticulars, type EnvelopeBinding } from '#libs/vault';
import { decodeProtectedHeader, type JWK } from 'jose';
import { problem } from '../problems.js';
import type { PlacedValue } from './received-calls.js';
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

/** Checks the headers of sealed values, and prepares the values for the vault. */
export class Envelopes {
  private readonly kids: ReadonlySet<string>;

  /** @param vaultKeys public keys; the first seals */
  constructor(private readonly vaultKeys: readonly JWK[]) {
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

  /** The values as the vault keeps them. @param reissueId the reissue, or the VID check, that they belong to */
  place(reissueId: string, { sub, keyThumbprint }: SealedFor, sealed: readonly SealedValue[]): PlacedValue[] {
    return sealed.map(({ handle, updateId, envelope, pointer, purpose, challengeId = null }) => ({
      pointer,
      value: {
        ...{ handle, update_id: updateId, envelope, subject: sub === reissueId ? null : sub },
        jti: String(decodeProtectedHeader(envelope).jti),
        ...{ purpose, challenge_id: challengeId, key_thumbprint: keyThumbprint },
      },
    }));
  }

  /** Seals the particulars of an applicant. From then on only the worker can read them. */
  async sealParticulars(
    { handle, reissueId, updateId, keyThumbprint }: ParticularsLocation,
    particulars: Particulars,
  ): Promise<PlacedValue> {
    const envelope = await sealParticulars(particulars, reissueId, this.vaultKeys[0]!);
    return {
      pointer: '#/applicant',
      value: {
        ...{ handle, update_id: updateId, envelope, subject: null, jti: handle, purpose: 'particulars' },
        ...{ challenge_id: null, key_thumbprint: keyThumbprint },
      },
    };
  }
}
