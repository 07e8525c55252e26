import type { receiveCall } from '#libs/db/reissues';
import { problem } from '../problems.js';
import type { CallIdentity } from './calls-in-flight.js';

/** Where is kept which request each call came in with. */
interface ReceivedCallStore {
  /** The request this call came in with before. */
  findReceivedRequest(reissueId: string, updateId: string): Promise<string | undefined>;
  /** Keeps a call, unless it came in before; the request it stands for. */
  receiveCall(call: Parameters<typeof receiveCall>[1]): Promise<string>;
}

/**
 * What each Idempotency-Key stands for, from the moment its first call is passed on: before the call is answered, at
 * every gateway, and for good. Another body under the same key is another request, and gets nothing of the first one's
 * answer.
 */
export class ReceivedCalls {
  constructor(
    private readonly store: ReceivedCallStore,
    private readonly clock: () => Date,
  ) {}

  /** @throws ProblemError 409 `idempotency-mismatch` if the call came in before with another request */
  async requireSame({ reissueId, updateId, requestHmac }: CallIdentity): Promise<void> {
    const before = await this.store.findReceivedRequest(reissueId, updateId);
    if (before !== undefined && before !== requestHmac) throw problem('idempotency-mismatch');
  }

  /**
   * Takes a call in, to be passed on.
   *
   * @throws ProblemError 409 `idempotency-mismatch` if it came in before with another request, perhaps at this moment
   */
  async receive({ reissueId, updateId, requestHmac }: CallIdentity, kind: string): Promise<void> {
    const request = await this.store.receiveCall({
      ...{ reissue_id: reissueId, update_id: updateId, request_hmac: requestHmac },
      ...{ kind, received_at: this.clock() },
    });
    if (request !== requestHmac) throw problem('idempotency-mismatch');
  }
}
