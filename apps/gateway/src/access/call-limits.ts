import { networksOf, type Allowance, type RateLimit, type LimitUse } from '#libs/rate-limit';
import { tooMany } from '../problems.js';
import type { RequestIds } from '../calls/request-ids.js';
import type { Caller } from './caller.js';

/** The kinds of calls that are limited: starts of reissues, new and joined transfers, and all other calls that change data. */
export type LimitedCall = 'start' | 'transfer' | 'call';

/** How often one address (of one front end) and one device may call. */
export interface CallRates {
  readonly address: RateLimit;
  readonly device: RateLimit;
}

type LimitedCaller = Pick<Caller, 'apiKeyName' | 'origin'>;

/** Counts the call against all of these limits, or against none if one is exceeded. */
type UseLimits = (uses: readonly LimitUse[], now: Date) => Promise<Allowance>;

/**
 * Limits how often one network and one device may call. Only new calls count: a call that has a recorded answer, is in
 * flight or waits for an operator is answered before its limits are checked, so that a client can always repeat it.
 *
 * The limits are in the database, for all gateways together. While the database is down no call is admitted: a call needs
 * the same database for its answer, so that admitting it without a count would not help.
 */
export class CallLimits {
  constructor(
    private readonly use: UseLimits,
    private readonly ids: Pick<RequestIds, 'limitKey'>,
    private readonly ratesOf: (kind: LimitedCall) => CallRates,
    private readonly clock: () => Date,
  ) {}

  /** Counts a call. @throws ProblemError 429 `too-many-requests` with `Retry-After` */
  async admit(kind: LimitedCall, caller: LimitedCaller): Promise<void> {
    const allowance = await this.use(this.usesOf(kind, caller), this.clock());
    if (!allowance.allowed) throw tooManyUntil(allowance.retryAfterMs);
  }

  /** The limits that a call of this caller counts against. */
  usesOf(kind: LimitedCall, { apiKeyName, origin }: LimitedCaller): LimitUse[] {
    const { address, device } = this.ratesOf(kind);
    const uses: LimitUse[] = networksOf(origin.address).map((network, wider) => ({
      key: this.ids.limitKey(kind, 'address', apiKeyName, network),
      limit: widenLimit(address, wider),
    }));
    if (origin.device !== undefined)
      uses.push({ key: this.ids.limitKey(kind, 'device', origin.device), limit: device });
    return uses;
  }
}

/** The limit of a wider network. It is four times as high with each step, because more customers share the network. */
const widenLimit = ({ burst, everyMs }: RateLimit, steps: number): RateLimit => {
  const factor = 4 ** steps;
  return { burst: burst * factor, everyMs: Math.max(1, Math.floor(everyMs / factor)) };
};

/**
 * 429 with `Retry-After` in whole seconds (RFC 9110 section 10.2.3). The `RateLimit` fields are not sent: they are still
 * an Internet-Draft (draft-ietf-httpapi-ratelimit-headers).
 */
export const tooManyUntil = (retryAfterMs: number, more?: Parameters<typeof tooMany>[1]) =>
  tooMany(Math.max(1, Math.ceil(retryAfterMs / 1000)), more);
