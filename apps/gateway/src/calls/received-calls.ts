import type { NewCall, ReceivedCall, SealedValueOfCall } from '#libs/db/reissues';
import { logContext } from '#libs/observability';
import { rateLimitUses, type LimitUse } from '#libs/rate-limit';
import { tooManyUntil } from '../access/call-limits.js';
import { problem } from '../problems.js';
import type { CallIdentity } from './calls-in-flight.js';

/** Stores the request of each received call. */
interface ReceivedCallStore {
  /** The request that this call was first received with. */
  findReceivedRequest(reissueId: string, updateId: string): Promise<string | undefined>;
  receiveCall(call: NewCall): Promise<ReceivedCall>;
}

/** A sealed value as it is stored, and its place in the body. */
export interface PlacedValue {
  readonly pointer: string;
  readonly value: SealedValueOfCall;
}

/** What is stored with a call, and the limits that it counts against. */
interface WithCall {
  readonly sealed?: readonly PlacedValue[];
  readonly limits?: readonly LimitUse[];
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
   * Counts a call against its limits, and stores it with its sealed values before it is passed on.
   *
   * @throws ProblemError 429 `too-many-requests`; 409 `idempotency-mismatch` if it was received with another request
   *   before or at the same time; 422 `envelope-refused`, which names each envelope that another call has used
   */
  async receive(
    { reissueId, updateId, requestHmac }: CallIdentity,
    kind: string,
    { sealed = [], limits = [] }: WithCall = {},
  ): Promise<void> {
    const now = this.clock();
    const received = await this.store.receiveCall({
      call: {
        ...{ reissue_id: reissueId, update_id: updateId, request_hmac: requestHmac },
        ...{ kind, received_at: now, trace_id: logContext()?.traceId ?? null },
      },
      sealed: sealed.map(({ value }) => value),
      limits: rateLimitUses(limits, now),
    });
    if ('retryAfterMs' in received) throw tooManyUntil(received.retryAfterMs);
    if (received.request !== requestHmac) throw problem('idempotency-mismatch');
    const used = sealed.filter(({ value }) => !received.stored.has(value.handle));
    if (used.length === 0) return;
    const message = 'this envelope was used before: seal the value again';
    throw problem('envelope-refused', { errors: used.map(({ pointer }) => ({ pointer, message })) });
  }
}
