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

/** When CRLs are published. All in milliseconds. */
export interface CrlTiming {
  /** How old a CRL becomes before the next is published without a changed status. */
  readonly refreshMs: number;
  /** How long a CRL is valid: `nextUpdate` minus `thisUpdate`. */
  readonly validityMs: number;
  /** How long a changed status may wait for a CRL before an error is logged. */
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
  /** The status app's address in new certificates. CRLs also name the addresses in older ones. */
  readonly statusUrl: string;
  readonly timing: CrlTiming;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where each CRL's number is written before publication, outside the database; optional. */
  readonly journal?: Pick<SignerJournal, 'append'> | undefined;
  /** By how many milliseconds `thisUpdate` lies in the past; 0 by default. */
  readonly backdateMs?: number;
}

export interface Published {
  /** How many CRLs. */
  readonly published: number;
  /** How many certificates whose changed status the CRLs show for the first time. */
  readonly shown: number;
}

/**
 * Publishes the CRLs that are due: those of shards with a changed status, with no CRL, or with a CRL older than the
 * refresh interval. Several publishers may run at once. They lock one shard at a time, and the second finds nothing
 * due.
 *
 * @param options.force publishes every CRL, due or not
 * @throws the error of the first shard that failed, after all others were published
 */
export async function publishDueCrls(
  ports: PublicationPorts,
  { force = false }: { readonly force?: boolean } = {},
): Promise<Published> {
  const { db, clock, logger, timing } = ports;
  const authorities = new Map(ports.authorities.all.map((authority) => [authority.subject, authority]));
  const total = { published: 0, shown: 0 };
  const failures: unknown[] = [];
  /** Authorities whose key does not answer. Their other shards are skipped, so that they do not delay the rest. */
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
  await logIfLate(ports, [...authorities.keys()]);
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
  // A CRL from the future was made by a wrong clock, and relying parties refuse it until then.
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
    // After a restore the numbers continue above every published one.
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

/** A CRL from the future was made by a wrong clock, so its time does not count. */
const earlier = (a: Date, b: Date) => (a < b ? a : b);

const later = (a: bigint, b: bigint) => (a > b ? a : b);

/** The state of publication, for metrics and alerts. */
export interface CrlStanding {
  /** The longest time that a changed status has waited for a CRL, in seconds; 0 if none waits. */
  readonly oldestPendingSeconds: number;
  /** In how many seconds the first CRL of each issuing CA expires; negative if it has expired or is missing. */
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

/** Logs an error if a CRL is late. A late CRL harms relying parties, but blocks no reissue. */
async function logIfLate({ db, clock, logger, timing }: PublicationPorts, issuers: string[]): Promise<void> {
  const since = await oldestPending(db, issuers);
  if (since && clock().getTime() - since.getTime() > timing.lateAfterMs)
    logger.error({ since }, 'no CRL shows the changed status of a certificate');
}
