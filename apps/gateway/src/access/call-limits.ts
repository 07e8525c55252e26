import { networksOf, type Allowance, type RateLimit, type LimitUse } from '#libs/rate-limit';
import { tooMany } from '../problems.js';
import type { RequestIds } from '../calls/request-ids.js';
import type { Caller } from './caller.js';

/** Starts of reissues, and all other calls that change something. */
export type LimitedCall = 'start' | 'call';

/** How often one address (of one front end) and one device may call. */
export interface CallRates {
  readonly address: RateLimit;
  readonly device: RateLimit;
}

/** Uses all of these limits or none. */
type UseLimits = (uses: readonly LimitUse[], now: Date) => Promise<Allowance>;

/**
 * Bounds how often calls come from one place. Only new calls are counted: one whose answer is on record, one that is
 * in flight already and one that waits for an operator are answered before anybody asks here, so that repeating a call
 * leads to its answer and not to a wall.
 *
 * The limits are kept in the database, for all gateways together. While it is away no call gets in: each of them needs
 * the same database for its recorded answer, so that nothing would be gained by letting it pass uncounted.
 */
export class CallLimits {
  constructor(
    private readonly use: UseLimits,
    private readonly ids: Pick<RequestIds, 'limitKey'>,
    private readonly ratesOf: (kind: LimitedCall) => CallRates,
    private readonly clock: () => Date,
  ) {}

  /** @throws ProblemError 429 `too-many-requests` with `Retry-After` */
  async admit(
    kind: LimitedCall,
    { apiKeyName, origin }: Pick<Caller, 'apiKeyName' | 'origin'>,
  ): Promise<void> {
    const { address, device } = this.ratesOf(kind);
    const uses: LimitUse[] = networksOf(origin.address).map((network, wider) => ({
      key: this.ids.limitKey(kind, 'address', apiKeyName, network),
      limit: widenLimit(address, wider),
    }));
    if (origin.device !== undefined)
      uses.push({ key: this.ids.limitKey(kind, 'device', origin.device), limit: device });
    const allowance = await this.use(uses, this.clock());
    if (!allowance.allowed) throw tooManyUntil(allowance.retryAfterMs);
  }
}

/** A wider network may hold several customers: with each step it has four times the limit. */
const widenLimit = ({ burst, everyMs }: RateLimit, steps: number): RateLimit => {
  const factor = 4 ** steps;
  return { burst: burst * factor, everyMs: Math.max(1, Math.floor(everyMs / factor)) };
};

/**
 * 429 with the whole seconds after which the same call may succeed (RFC 9110 section 10.2.3). The `RateLimit` fields
 * are an Internet-Draft still (draft-ietf-httpapi-ratelimit-headers), and not sent.
 */
export const tooManyUntil = (retryAfterMs: number, more?: Parameters<typeof tooMany>[1]) =>
  tooMany(Math.max(1, Math.ceil(retryAfterMs / 1000)), more);
