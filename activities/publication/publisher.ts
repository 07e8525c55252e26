import {
  KeyStoreUnavailable,
  signCrl,
  statusAddresses,
  type Authorities,
  type IssuingAuthority,
} from '#libs/ca';
import { inTransaction, type RoleDatabase } from '#libs/db';
import { statusUrlsInProfiles } from '#libs/db/certificates';
import {
  insertCrl,
  latestCrl,
  listedCertificates,
  lockShard,
  oldestPending,
  shardsOf,
  markPendingAsPublished,
  type ShardState,
} from '#libs/db/crls';
import { crlFloor } from '#libs/db/restores';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import type { SignerJournal } from '#libs/signer-journal';

/** In milliseconds. */
export interface CrlTiming {
  /** How old a CRL becomes before the next is made although nothing has changed. */
  readonly refreshMs: number;
  /** How long a CRL may be used: `nextUpdate` minus `thisUpdate`. */
  readonly validityMs: number;
  /** How long a changed status may wait for its CRL until that is an error. */
  readonly lateAfterMs: number;
}

export const defaultCrlTiming: CrlTiming = {
  refreshMs: 24 * 3_600_000,
  validityMs: 48 * 3_600_000,
  lateAfterMs: 15 * 60_000,
};

export interface PublicationPorts {
  readonly db: RoleDatabase<'signer'>;
  /** Each signs its own CRLs, whether it still signs certificates or not. */
  readonly authorities: Pick<Authorities, 'all'>;
  /** Address of the status app, as new certificates carry it; what older ones carry is added to it. */
  readonly statusUrl: string;
  readonly timing: CrlTiming;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where each CRL's number is written before the CRL is published, apart from the database; without it nowhere. */
  readonly journal?: Pick<SignerJournal, 'append'> | undefined;
  /** By how much `thisUpdate` lies in the past, in milliseconds; not at all by default. */
  readonly backdateMs?: number;
}

export interface Published {
  /** CRLs. */
  readonly published: number;
  /** Certificates whose status they show for the first time. */
  readonly shown: number;
}

/**
 * Publishes the CRLs that are due: those of shards where a status changed, where the last CRL is older than the
 * refresh interval, or where there is none. Publishers may run side by side: they take shard after shard in turns,
 * and who comes second finds nothing due.
 *
 * @param options.force publishes all of them, due or not
 * @throws what the first shard threw that could not be published, after all others were
 */
export async function publishDueCrls(
  ports: PublicationPorts,
  { force = false }: { readonly force?: boolean } = {},
): Promise<Published> {
  const { db, clock, logger, timing } = ports;
  const authorities = new Map(ports.authorities.all.map((authority) => [authority.subject, authority]));
  const total = { published: 0, shown: 0 };
  const failures: unknown[] = [];
  /** Their keys do not answer: to wait for them shard by shard would make the others wait, too. */
  const silent = new Set<string>();
  for (const state of await shardsOf(db, [...authorities.keys()])) {
    const authority = authorities.get(state.issuer);
    if (!authority || !(force || isDue(state, clock(), timing))) continue;
    if (silent.has(state.issuer)) continue;
    try {
      const shown = await publishShard(ports, authority, state.shard, force);
      if (shown === undefined) continue;
      total.published += 1;
      total.shown += shown;
    } catch (error) {
      logger.error({ err: error, issuer: state.issuer, shard: state.shard }, 'a CRL could not be published');
      failures.push(error);
      if (error instanceof KeyStoreUnavailable) silent.add(state.issuer);
    }
  }
  if (total.published > 0) logger.info(total, 'CRLs published');
  await tellIfLate(ports, [...authorities.keys()]);
  if (failures.length > 0) throw failures[0];
  return total;
}

function isDue(
  { pending, thisUpdate }: Pick<ShardState, 'pending' | 'thisUpdate'>,
  now: Date,
  timing: CrlTiming,
) {
  if (pending || !thisUpdate) return true;
  const age = now.getTime() - thisUpdate.getTime();
  // One from the future was made by a clock that was wrong: nobody would take it until then.
  return age >= timing.refreshMs || age < -toleratedSkewMs;
}

const toleratedSkewMs = 60_000;

/** @returns how many certificates the new CRL shows for the first time; undefined if another publisher was first */
async function publishShard(
  { db, clock, statusUrl, timing, journal, backdateMs = 0 }: PublicationPorts,
  authority: IssuingAuthority,
  shard: number,
  force: boolean,
): Promise<number | undefined> {
  return inTransaction(db, async (tx) => {
    const issuer = authority.subject;
    await lockShard(tx, issuer, shard);
    const last = await latestCrl(tx, issuer, shard);
    const now = clock();
    const shown = await markPendingAsPublished(tx, issuer, shard, now);
    if (!force && !isDue({ pending: shown > 0, thisUpdate: last?.this_update ?? null }, now, timing))
      return undefined;
    const entries = await listedCertificates(tx, issuer, shard, last && earlier(last.this_update, now), now);
    const earlierUrls = await statusUrlsInProfiles(tx);
    // After a restore the numbers go on above all that were ever published.
    const number = later(BigInt(last?.number ?? 0), await crlFloor(tx)) + 1n;
    const nextUpdate = new Date(now.getTime() + timing.validityMs);
    const der = await signCrl(authority, {
      number,
      thisUpdate: new Date(now.getTime() - backdateMs),
      nextUpdate,
      distributionPoints: [...new Set([statusUrl, ...earlierUrls])].map((url) =>
        statusAddresses(url, authority.identity.keyId).crl(shard),
      ),
      entries,
    });
    await journal?.append([{ kind: 'CRL', at: now.toISOString(), issuer, shard, number: String(number) }]);
    await insertCrl(tx, {
      issuer,
      shard,
      number: String(number),
      this_update: now,
      next_update: nextUpdate,
      entries: entries.length,
      der,
    });
    return shown;
  });
}

/** A CRL from the future was made by a clock that was wrong, and shows nobody's end. */
const earlier = (a: Date, b: Date) => (a < b ? a : b);

const later = (a: bigint, b: bigint) => (a > b ? a : b);

/** What waits for a CRL, and until when there are CRLs that may be used. For metrics and alarms. */
export interface CrlStanding {
  /** How long the certificate waits that waits longest, in seconds; 0 if none does. */
  readonly oldestPendingSeconds: number;
  /** In how many seconds the first CRL of an issuing CA ends; negative if it has ended or there is none. */
  readonly nextUpdateSeconds: ReadonlyMap<string, number>;
}

export async function crlStanding({
  db,
  authorities,
  clock,
}: Pick<PublicationPorts, 'db' | 'authorities' | 'clock'>): Promise<CrlStanding> {
  const issuers = authorities.all.map(({ subject }) => subject);
  const [since, shards] = await Promise.all([oldestPending(db, issuers), shardsOf(db, issuers)]);
  const now = clock().getTime();
  const nextUpdateSeconds = new Map<string, number>();
  for (const { issuer, nextUpdate } of shards) {
    const left = nextUpdate ? (nextUpdate.getTime() - now) / 1000 : -1;
    nextUpdateSeconds.set(issuer, Math.min(left, nextUpdateSeconds.get(issuer) ?? Infinity));
  }
  return {
    oldestPendingSeconds: since ? Math.max(0, (now - since.getTime()) / 1000) : 0,
    nextUpdateSeconds,
  };
}

/** That a CRL is late harms those who rely on CRLs, and must be seen; it blocks nobody. */
async function tellIfLate({ db, clock, logger, timing }: PublicationPorts, issuers: string[]): Promise<void> {
  const since = await oldestPending(db, issuers);
  if (since && clock().getTime() - since.getTime() > timing.lateAfterMs)
    logger.error({ since }, 'no CRL shows the changed status of a certificate');
}
