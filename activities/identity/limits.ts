import { createHmac } from 'node:crypto';
import type { Tx } from '#libs/db';
import { isKnownDevice } from '#libs/db/identity';
import type { ReissueRow } from '#libs/db/reissues';
import { unknownCustomerId, type CallOrigin, type IdentityMethod } from '#libs/domain';
import {
  networkOf,
  networksOf,
  useFirstAllowed,
  useLimit,
  widestNetworkOf,
  type Allowance,
  type RateLimit,
  type LimitUse,
} from '#libs/rate-limit';

/** How often things may be done about one person, known to the bank or not. */
export interface IdentityRates {
  /** Starts of reissues in their name. */
  readonly personStarts: RateLimit;
  /** Codes sent to a mobile number. */
  readonly numberSends: RateLimit;
  /** Transfers to an account. */
  readonly accountSends: RateLimit;
  /** Answers to the challenges of one method. */
  readonly personTries: RateLimit;
  /** Notices that a method of identity is locked. */
  readonly lockNotices: RateLimit;
}

const minute = 60_000;

/**
 * What strangers can guess with these: answers of one method come at most 2 × (30 + 144) = 348 times on a day, from
 * all addresses together. One answer hits a code of six digits with 10⁻⁶, and a code of three digits in the depositor's
 * name with 10⁻³; both must be hit in one reissue, which takes five answers of each: 348 × 10⁻⁶ × 5 × 10⁻³ < 2 × 10⁻⁶
 * a day, for each of the two ways of naming a person (mobile number, resident registration number). To these, each
 * network that comes for the first time within a week adds two answers: a thousand of them, 286 a day.
 */
export const defaultIdentityRates: IdentityRates = {
  personStarts: { burst: 20, everyMs: 5 * minute },
  numberSends: { burst: 10, everyMs: 10 * minute },
  accountSends: { burst: 10, everyMs: 30 * minute },
  personTries: { burst: 30, everyMs: 10 * minute },
  lockNotices: { burst: 3, everyMs: 480 * minute },
};

/** In whose name something is asked for, and from where. */
interface Asker extends Pick<ReissueRow, 'person_key' | 'customer_id' | 'applicant_mobile'> {
  readonly origin: CallOrigin;
}

/** Something that is counted: of whom, and how often it may be. */
interface Counted {
  readonly what: string;
  readonly whose: string;
  readonly limit: RateLimit;
}

/**
 * Bounds what is done in a person's name without anybody being locked out by a stranger: these limits only delay, and
 * there are four ways through them.
 *
 * 1. A device from which the customer proved before who they are has a limit of its own.
 * 2. A network has a fifth of the limit, within one limit for all who come this way: four networks that use all they can
 *    leave the fifth its share. An address is counted by each of its networks (`networksOf`), as who rents a /48 of IPv6
 *    has 65,536 networks of 64 bits.
 * 3. What a network wants beyond that comes out of one more limit for all.
 * 4. A network (/48 of IPv6, /24 of IPv4) from which nothing was done in this name within a week has enough for one
 *    reissue, whatever the others have used: the customer with a new phone is let through beside a thousand strangers,
 *    each with a network of their own. There is enough for two thousand such networks in a week.
 *
 * Everything is counted by what the applicant said of themself, never by what the bank knows of them, and for persons
 * it does not know just the same. A number or an account on file would be counted together with the same
 * one named in another reissue, and the delay would tell who has it: whoever named a person by mobile number could try
 * which resident registration number is theirs.
 */
export class IdentityLimits {
  /** @param key for digests: of persons, numbers, devices and addresses nothing else is kept */
  constructor(
    private readonly key: Buffer,
    private readonly rates: IdentityRates,
  ) {}

  /** Starts a reissue, whose first challenges go out with it. */
  start(tx: Tx, asker: Asker, methods: readonly IdentityMethod[], now: Date): Promise<Allowance> {
    const start = { what: 'start', whose: asker.person_key, limit: this.rates.personStarts };
    return this.use(tx, asker, [start, ...this.sends(asker, methods)], now);
  }

  /** Sends challenges. Of methods that send nothing only answers are counted. */
  send(tx: Tx, asker: Asker, methods: readonly IdentityMethod[], now: Date): Promise<Allowance> {
    return this.use(tx, asker, this.sends(asker, methods), now);
  }

  /** Answers challenges of these methods; what turns out right counts as well. */
  answer(tx: Tx, asker: Asker, methods: readonly IdentityMethod[], now: Date): Promise<Allowance> {
    const answers = [...new Set(methods)].map((method) => ({
      what: `answer/${method}`,
      whose: asker.person_key,
      limit: this.rates.personTries,
    }));
    return this.use(tx, asker, answers, now);
  }

  /** Whether the customer may be told once more that a method was locked: a stranger could do that all day. */
  async tellLock(tx: Tx, { person_key: whose }: Pick<ReissueRow, 'person_key'>, now: Date): Promise<boolean> {
    const notice = { what: 'lock-notice', whose, limit: this.rates.lockNotices };
    return (await useLimit(tx, this.counted(notice, 'all'), now)).allowed;
  }

  /**
   * Stands for a person as asked for from one place: a device, where the client names one, else an address. By it the
   * wrong answers of a day are counted, which lock a method for the rest of the reissue. It begins with the person, so
   * that what was counted can be found and erased with them.
   */
  personFrom(personKey: string, { device, address }: CallOrigin): string {
    const from = device ? ['device', device] : [networkOf(address)];
    return `${personKey}/${this.digest('person-from', personKey, ...from)}`;
  }

  private sends(asker: Asker, methods: readonly IdentityMethod[]): Counted[] {
    const { person_key: person, applicant_mobile: typed } = asker;
    const { numberSends, accountSends } = this.rates;
    return [
      ...(methods.includes('PHONE_CODE')
        ? [{ what: 'send/number', whose: typed ?? person, limit: numberSends }]
        : []),
      ...(methods.includes('ONE_WON') ? [{ what: 'send/account', whose: person, limit: accountSends }] : []),
    ];
  }

  private async use(tx: Tx, asker: Asker, all: readonly Counted[], now: Date): Promise<Allowance> {
    const { device, address } = asker.origin;
    // Asked for strangers too, so that they cost the same.
    const known =
      device !== undefined && (await isKnownDevice(tx, asker.customer_id ?? unknownCustomerId, device));
    if (known) return useFirstAllowed(tx, [all.map((each) => this.counted(each, 'device', device))], now);
    const networks = networksOf(address);
    const fromHere = all.flatMap((each) => [
      ...networks.map((network) =>
        this.counted({ ...each, limit: aFifthOf(each.limit) }, 'address', network),
      ),
      this.counted(each, 'addresses'),
    ]);
    const forTheFirstTime = all.flatMap((each) => [
      this.counted({ ...each, limit: firstTime(each.what) }, 'first-time', widestNetworkOf(address)),
      this.counted({ ...each, limit: firstTimes }, 'first-times'),
    ]);
    const ways = [fromHere, all.map((each) => this.counted(each, 'all')), forTheFirstTime];
    return useFirstAllowed(tx, ways, now);
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
/** Enough for one reissue: a start, and each code and its answer twice. */
const firstTimeBurst = (what: string): number => (what === 'start' ? 1 : 2);
const firstTime = (what: string): RateLimit => {
  const burst = firstTimeBurst(what);
  return { burst, everyMs: Math.ceil(week / burst) };
};

/** Of all networks together, so that who rents ten thousand does not have as many messages sent. */
const firstTimes: RateLimit = { burst: 4_000, everyMs: Math.ceil(week / 4_000) };

const aFifthOf = ({ burst, everyMs }: RateLimit): RateLimit => ({
  burst: Math.max(1, Math.floor(burst / 5)),
  everyMs: 5 * everyMs,
});
