import { koreanDayOf, type Clock } from '#libs/domain';
import { digestOfPurged } from '#libs/audit-log';
import {
  appendAuthorityEntry,
  forgetAccessRevocations,
  forgetSpentRateLimits,
  inTransaction,
  nextRange,
  purgeDevices,
  purgedByAge,
  purgeEvidence,
  purgeExpiredPhotos,
  purgeIdentityDays,
  purgeLeftPhotos,
  purgeRange,
  type Database,
  type PurgedByAge,
  type Tx,
} from '#libs/db';
import type { Logger } from '#libs/observability';

/** For how many days records of a class are kept. Photos say themselves until when. */
export type RetentionDays = Readonly<Record<PurgedByAge | 'devices', number>>;

export interface RetentionContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info'>;
  readonly days: RetentionDays;
}

export interface Purged {
  readonly photos: number;
  readonly personalDetails: number;
  readonly histories: number;
  readonly devices: number;
  /** Counts that nobody needs any more; they are no records. */
  readonly counts: number;
  /** Whether there may be more to purge. */
  readonly more: boolean;
}

/** How many rows of a kind go at once. */
const batch = 500;
const dayMs = 86_400_000;
/** Whoever waits for a bundle fetches it at once; it can be made again. */
const evidenceLifetimeMs = 3_600_000;

/**
 * Deletes what was kept for as long as it had to be. Each purge is told in the authority's audit trail, in the same
 * transaction, with what proves later that just this is gone by rule: an auditor tells it from what somebody removed.
 */
export function createRetentionActivities({ db, clock, logger, days }: RetentionContext) {
  const before = (daysAgo: number) => new Date(clock().getTime() - daysAgo * dayMs);
  const purge = (work: (tx: Tx) => Promise<number>) => inTransaction(db, work);
  const tell = (tx: Tx, recordClass: string, details: Record<string, unknown>) =>
    appendAuthorityEntry(tx, {
      actor: 'system',
      action: 'purge',
      outcome: 'DONE',
      details: { recordClass, ...details },
      occurredAt: clock(),
    });

  const photos = async (tx: Tx) => {
    const photoIds = await purgeExpiredPhotos(tx, clock(), batch);
    const left = await purgeLeftPhotos(tx, batch);
    if (photoIds.length + left > 0) await tell(tx, 'photos', { photoIds, leftByEndedReissues: left });
    return photoIds.length + left;
  };
  const devices = async (tx: Tx) => {
    const seenBefore = before(days.devices);
    const records = await purgeDevices(tx, seenBefore, batch);
    if (records > 0)
      await tell(tx, 'devices', { before: seenBefore.toISOString(), days: days.devices, records });
    return records;
  };
  const byAge = (kind: PurgedByAge) => async (tx: Tx) => {
    const range = await nextRange(tx, kind, before(days[kind]), batch);
    const purged = range ? await purgeRange(tx, kind, range) : [];
    if (range && purged.length > 0)
      await tell(tx, kind, {
        from: range.from.toISOString(),
        before: range.before.toISOString(),
        days: days[kind],
        records: purged.length,
        digest: digestOfPurged(purged),
      });
    return purged.length;
  };
  /** Not yesterday's: a step that began before midnight may still give a try back. */
  const counts = async () =>
    (await forgetSpentRateLimits(db, clock(), batch)) +
    (await purgeIdentityDays(db, koreanDayOf(before(1)), batch)) +
    (await forgetAccessRevocations(db, clock()));

  return {
    async purgeExpired(): Promise<Purged> {
      await purgeEvidence(db, new Date(clock().getTime() - evidenceLifetimeMs));
      const purged = {
        photos: await purge(photos),
        ...{ personalDetails: 0, histories: 0 },
        devices: await purge(devices),
        counts: await counts(),
      };
      for (const kind of purgedByAge) purged[kind] = await purge(byAge(kind));
      const { counts: _, ...records } = purged;
      if (Object.values(records).some((number) => number > 0))
        logger.info(records, 'records purged that were kept long enough');
      return { ...purged, more: Object.values(purged).some((number) => number >= batch) };
    },
  };
}
export type RetentionActivities = ReturnType<typeof createRetentionActivities>;
