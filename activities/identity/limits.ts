import { createHmac, type KeyObject } from 'node:crypto';
import type { RoleTx } from '#libs/db';
import type { ReissueRow } from '#libs/db/reissues';
import { unknownCustomerId, type CallOrigin, type IdentityMethod } from '#libs/domain';
import {
  networkOf,
  networksOf,
  useFirstAllowed,
  useLimit,
  useLimitsOnDevice,
  widestNetworkOf,
  type Allowance,
  type RateLimit,
  type LimitUse,
} from '#libs/rate-limit';

/** Rate limits per claimed person, known to the bank or not. */
export interface IdentityRates {
  /** Starts of reissues. */
  readonly personStarts: RateLimit;
  /** Codes sent to a mobile number. */
  readonly numberSends: RateLimit;
  /** Transfers to an account. */
  readonly accountSends: RateLimit;
  /** Answers to the challenges of one method. */
  readonly personTries: RateLimit;
  /** Notifications that an identity method is locked. */
  readonly lockNotices: RateLimit;
}

const minute = 60_000;

/**
 * The default limits. A day has at most 2 × (30 + 144) = 348 answers of one method, from all addresses together. One answer
 * hits a six-digit code with probability 10⁻⁶ and a three-digit code in the depositor's name with 10⁻³. A guesser must hit
 * both in one reissue, which allows five answers of each: 348 × 10⁻⁶ × 5 × 10⁻³ < 2 × 10⁻⁶ a day, for each kind of claimed
 * identifier (mobile number, resident registration number). Each network that is new within a week adds two answers: a
 * thousand new networks add 286 answers a day.
 */
export const defaultIdentityRates: IdentityRates = {
  personStarts: { burst: 20, everyMs: 5 * minute },
  numberSends: { burst: 10, everyMs: 10 * minute },
  accountSends: { burst: 10, everyMs: 30 * minute },
  personTries: { burst: 30, everyMs: 10 * minute },
  lockNotices: { burst: 3, everyMs: 480 * minute },
};

/** The claimed person of a request, and its origin. */
interface Requester extends Pick<ReissueRow, 'person_key' | 'customer_id' | 'applicant_mobile'> {
  readonly origin: CallOrigin;
}

/** One use to count: the act, the person or address that it concerns, and its limit. */
interface Counted {
  readonly what: string;
  readonly whose: string;
  readonly limit: RateLimit;
}

/**
 * Limits the acts in the name of a person. A stranger cannot lock a customer out: these limits only delay, and a
 * request passes if one of four allowances has room.
 *
 * 1. A known device of the customer has its own limit.
 * 2. A network has a fifth of the limit, within one limit for all networks: if four networks use their whole share, the
 *    fifth still has its own. An address counts for each of its networks (`networksOf`), because a /48 of IPv6 holds 65,536
 *    networks of 64 bits.
 * 3. One more limit is shared by all networks.
 * 4. A network (/48 of IPv6, /24 of IPv4) that is new for this person within a week has enough for one reissue, whatever
 *    the others have used: a customer with a new phone passes while a thousand strangers try, each from another network.
 *    There is enough for two thousand new networks in a week.
 *
 * Uses are counted by the claimed identifier, never by data on file, and alike for unknown persons. If a number or an
 * account on file were counted, the delay would reveal its owner: an applicant who claims an identity by mobile number
 * could find out which resident registration number belongs to it.
 */
export class IdentityLimits {
  /** @param key of the digests that stand for persons, numbers, devices and addresses: only the digests are stored */
  constructor(
    private readonly key: KeyObject,
    private readonly rates: IdentityRates,
  ) {}

  /** Uses the limits of a start, and of the first challenges that are sent with it. */
  start(
    tx: RoleTx<'worker'>,
    requester: Requester,
    methods: readonly IdentityMethod[],
    now: Date,
  ): Promise<Allowance> {
    const start = { what: 'start', whose: requester.person_key, limit: this.rates.personStarts };
    return this.use(tx, requester, [start, ...this.sends(requester, methods)], now);
  }

  /** Uses the limits of sending challenges. A method that sends nothing has limits for its answers only. */
  send(
    tx: RoleTx<'worker'>,
    requester: Requester,
    methods: readonly IdentityMethod[],
    now: Date,
  ): Promise<Allowance> {
    return this.use(tx, requester, this.sends(requester, methods), now);
  }

  /** Uses the limits of answers to these methods. Right answers count as well. */
  answer(
    tx: RoleTx<'worker'>,
    requester: Requester,
    methods: readonly IdentityMethod[],
    now: Date,
  ): Promise<Allowance> {
    const answers = [...new Set(methods)].map((method) => ({
      what: `answer/${method}`,
      whose: requester.person_key,
      limit: this.rates.personTries,
    }));
    return this.use(tx, requester, answers, now);
  }

  /** Whether the customer may be notified again of a locked method. A stranger could cause such notifications all day. */
  async allowLockNotification(
    tx: RoleTx<'worker'>,
    { person_key: whose }: Pick<ReissueRow, 'person_key'>,
    now: Date,
  ): Promise<boolean> {
    const notification = { what: 'lock-notice', whose, limit: this.rates.lockNotices };
    return (await useLimit(tx, this.counted(notification, 'all'), now)).allowed;
  }

  /**
   * The key by which wrong answers of a day are counted: a person and an origin, which is the device if the client names
   * one, otherwise the network. Too many wrong answers lock the method until the reissue ends. The key begins
   * with the person, so that the counts are erased with the person.
   */
  personFrom(personKey: string, { device, address }: CallOrigin): string {
    const from = device ? ['device', device] : [networkOf(address)];
    return `${personKey}/${this.digest('person-from', personKey, ...from)}`;
  }

  private sends(requester: Requester, methods: readonly IdentityMethod[]): Counted[] {
    const { person_key: person, applicant_mobile: typed } = requester;
    const { numberSends, accountSends } = this.rates;
    return [
      ...(methods.includes('PHONE_CODE')
        ? [{ what: 'send/number', whose: typed ?? person, limit: numberSends }]
        : []),
      ...(methods.includes('ONE_WON') ? [{ what: 'send/account', whose: person, limit: accountSends }] : []),
    ];
  }

  private async use(
    tx: RoleTx<'worker'>,
    requester: Requester,
    all: readonly Counted[],
    now: Date,
  ): Promise<Allowance> {
    const { device, address } = requester.origin;
    const networks = networksOf(address);
    const ofNetwork = all.flatMap((each) => [
      ...networks.map((network) => this.counted({ ...each, limit: fifthOf(each.limit) }, 'address', network)),
      this.counted(each, 'addresses'),
    ]);
    const ofNewNetwork = all.flatMap((each) => [
      this.counted({ ...each, limit: newNetworkLimit(each.what) }, 'first-time', widestNetworkOf(address)),
      this.counted({ ...each, limit: newNetworksLimit }, 'first-times'),
    ]);
    const others = [all.map((each) => this.counted(each, 'all')), ofNewNetwork];
    if (device === undefined) return useFirstAllowed(tx, [ofNetwork, ...others], now);
    // Unknown persons are looked up too, so that their answers take equally long.
    const who = { customerId: requester.customer_id ?? unknownCustomerId, device };
    const ofDevice = all.map((each) => this.counted(each, 'device', device));
    const first = await useLimitsOnDevice(tx, who, { known: ofDevice, unknown: ofNetwork }, now);
    if (first.known || first.allowed) return first;
    const later = await useFirstAllowed(tx, others, now);
    if (later.allowed) return later;
    return { allowed: false, retryAfterMs: Math.min(first.retryAfterMs, later.retryAfterMs) };
  }

  private counted({ what, whose, limit }: Counted, way: string, ...from: string[]): LimitUse {
    return { key: `identity/${what}/${way}/${this.digest(what, way, whose, ...from)}`, limit };
  }

  private digest(...parts: string[]): string {
    const hmac = createHmac('sha256', this.key).update(['limit', ...parts].join('\0'));
    return hmac.digest('hex').slice(0, 32);
  }
}

const week = 7 * 24 * 60 * minute;
/** Enough for one reissue: one start, and two of each code and answer. */
const newNetworkBurst = (what: string): number => (what === 'start' ? 1 : 2);
const newNetworkLimit = (what: string): RateLimit => {
  const burst = newNetworkBurst(what);
  return { burst, everyMs: Math.ceil(week / burst) };
};

/** Shared by all new networks, so that ten thousand rented networks cannot send ten thousand messages. */
const newNetworksLimit: RateLimit = { burst: 4_000, everyMs: Math.ceil(week / 4_000) };

const fifthOf = ({ burst, everyMs }: RateLimit): RateLimit => ({
  burst: Math.max(1, Math.floor(burst / 5)),
  everyMs: 5 * everyMs,
});
