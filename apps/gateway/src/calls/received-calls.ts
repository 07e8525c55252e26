import type { receiveCall } from '#libs/db/reissues';
import { problem } from '../problems.js';
import type { CallIdentity } from './calls-in-flight.js';

/** Stores the request of each received call. */
interface ReceivedCallStore {
  /** The request that this call was first received with. */
  findReceivedRequest(reissueId: string, updateId: string): Promise<string | undefined>;
  /** Stores a call unless it was received before. Returns the request of the stored call. */
  receiveCall(call: Parameters<typeof receiveCall>[1]): Promise<string>;
}

/**
 * Binds each Idempotency-Key to the request of its first call: before the call is passed on, at every gateway, and
 * permanently. Another body under the same key is another request, and does not get the answer of the first.
 */
export class ReceivedCalls {
  constructor(
    private readonly store: ReceivedCallStore,
    private readonly clock: () => Date,
  ) {}

  /** @throws ProblemError 409 `idempotency-mismatch` if the call was received before with another request */
  async requireSame({ reissueId, updateId, requestHmac }: CallIdentity): Promise<void> {
    const before = await this.store.findReceivedRequest(reissueId, updateId);
    if (before !== undefined && before !== requestHmac) throw problem('idempotency-mismatch');
  }

  /**
   * Records a call before it is passed on.
   *
   * @throws ProblemError 409 `idempotency-mismatch` if it was received with another request before or at the same time
   */
  async receive({ reissueId, updateId, requestHmac }: CallIdentity, kind: string): Promise<void> {
    const request = await this.store.receiveCall({
      ...{ reissue_id: reissueId, update_id: updateId, request_hmac: requestHmac },
      ...{ kind, received_at: this.clock() },
    });
    if (request !== requestHmac) throw problem('idempotency-mismatch');
  }
}
