import type { putVaultItem } from '#libs/db';
import type { InputFault } from '#libs/http';
import { EnvelopeError, inspectEnvelope } from '#libs/vault';
import { decodeProtectedHeader } from 'jose';
import { problem } from '../problems.js';
import type { SealedValue } from './step-draft.js';

/** Takes the sealed values of a request: looks at their outside, and keeps them for the step that opens them. */
export class Envelopes {
  constructor(
    private readonly put: (
      item: Parameters<typeof putVaultItem>[1],
      jti: string,
    ) => ReturnType<typeof putVaultItem>,
    private readonly kids: ReadonlySet<string>,
  ) {}

  /**
   * @param subject what the envelopes must be for: the reissue, or the Idempotency-Key of a call that has none yet
   * @throws ProblemError 422 `envelope-refused`, naming each envelope that is not for this subject and purpose
   */
  inspect(subject: string, sealed: readonly SealedValue[], now: Date): void {
    const errors = sealed.flatMap(({ pointer, purpose, envelope }): InputFault[] => {
      try {
        inspectEnvelope(envelope, { purpose, sub: subject, now: now.getTime(), kids: this.kids });
        return [];
      } catch (error) {
        if (!(error instanceof EnvelopeError)) throw error;
        return [{ pointer, message: error.message }];
      }
    });
    if (errors.length > 0) throw problem('envelope-refused', { errors });
  }

  /**
   * @param subject what the envelopes are for, where that is not the reissue
   * @throws ProblemError 422 `envelope-refused`, naming each envelope that came in with another call already
   */
  async keep(reissueId: string, sealed: readonly SealedValue[], now: Date, subject?: string): Promise<void> {
    const kept = sealed.map(async ({ handle, updateId, envelope, pointer }): Promise<InputFault[]> => {
      const item = {
        ...{ handle, reissue_id: reissueId, update_id: updateId, envelope, created_at: now },
        ...(subject === undefined ? {} : { subject }),
      };
      const fresh = await this.put(item, String(decodeProtectedHeader(envelope).jti));
      return fresh ? [] : [{ pointer, message: 'this envelope was used before: seal the value again' }];
    });
    const errors = (await Promise.all(kept)).flat();
    if (errors.length > 0) throw problem('envelope-refused', { errors });
  }
}
