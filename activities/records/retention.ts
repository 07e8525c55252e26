import { koreanDayOf, type Clock } from '#libs/domain';
import { digestOfPurged } from '#libs/audit-log';
import { inTransaction, type Database, type Tx } from '#libs/db';
import { appendAuthorityEntry, deleteEvidenceBundles } from '#libs/db/audit';
import { deleteExpiredRateLimits } from '#libs/db/identity';
import { deleteExpiredAccessRevocations } from '#libs/db/reissues';
import {
  purgeDevices,
  purgeIdentityDays,
  purgeLeftPhotos,
  purgeNumberAccesses,
  purgeReissues,
  recordsOfReissues,
  reissueRecordClasses,
  reissuesToPurge,
  type ReissueRecordClass,
} from '#libs/db/retention';
import type { Logger } from '#libs/observability';
import type { RetentionYears } from '#libs/terms';

export interface RetentionContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info'>;
  /** As the terms promise them. */
  readonly years: Omit<RetentionYears, 'identityMaterial'>;
  /** After how many days a device that was not seen again is forgotten. */
  readonly deviceDays: number;
}

/** How many of each were purged: reissues, photos, records of access, devices. */
export interface Purged extends Readonly<Record<ReissueRecordClass, number>> {
  readonly photos: number;
  readonly accessRecords: number;
  readonly devices: number;
  /** Counts that nothing needs any more; they are no records. */
  readonly counts: number;
  /** Whether there may be more to purge. */
  readonly more: boolean;
}

/** How many rows of a kind go at once. */
const batchSize = 500;
/** Reissues at once: the entry names each. */
const reissueBatchSize = 100;
const dayMs = 86_400_000;
/** A bundle is fetched at once by those who wait for it; it can be made again. */
const evidenceLifetimeMs = 3_600_000;

/**
 * Deletes what was kept for as long as it had to be. Each purge is recorded in the authority's audit trail, in the same
 * transaction, with what proves later that just this is gone by rule: an auditor tells it from what somebody removed.
 */
export function createRetentionActivities({ db, clock, logger, years, deviceDays }: RetentionContext) {
  const purge = (work: (tx: Tx) => Promise<number>) => inTransaction(db, work);
  const record = (tx: Tx, recordClass: string, details: Record<string, unknown>) =>
    appendAuthorityEntry(tx, {
      actor: 'system',
      action: 'purge',
      outcome: 'DONE',
      details: { recordClass, ...details },
      occurredAt: clock(),
    });

  /** Photos go with the step that accepts them, and with the end of their reissue: some may be left by a crash. */
  const photos = async (tx: Tx) => {
    const left = await purgeLeftPhotos(tx, batchSize);
    if (left > 0) await record(tx, 'photos', { leftByEndedReissues: left });
    return left;
  };
  const devices = async (tx: Tx) => {
    const before = new Date(clock().getTime() - deviceDays * dayMs);
    const records = await purgeDevices(tx, before, batchSize);
    if (records > 0) await record(tx, 'devices', { before: before.toISOString(), days: deviceDays, records });
    return records;
  };
  const accessRecords = async (tx: Tx) => {
    const before = yearsBefore(clock(), years.accessRecords);
    const records = await purgeNumberAccesses(tx, before, batchSize);
    if (records > 0)
      await record(tx, 'accessRecords', {
        ...{ before: before.toISOString(), years: years.accessRecords, records },
      });
    return records;
  };
  const reissues = (recordClass: ReissueRecordClass) => async (tx: Tx) => {
    const now = clock();
    const before = yearsBefore(now, years[recordClass]);
    const reissueIds = await reissuesToPurge(tx, recordClass, before, reissueBatchSize);
    if (reissueIds.length === 0) return 0;
    const records = await recordsOfReissues(tx, reissueIds);
    await purgeReissues(tx, reissueIds, now);
    await record(tx, recordClass, {
      ...{ years: years[recordClass], reissueIds },
      ...{ records: records.length, digest: digestOfPurged(records) },
    });
    return reissueIds.length;
  };
  /** Not yesterday's: a step that began before midnight may still give a try back. */
  const counts = async () =>
    (await deleteExpiredRateLimits(db, clock(), batchSize)) +
    (await purgeIdentityDays(db, koreanDayOf(new Date(clock().getTime() - dayMs)), batchSize)) +
    (await deleteExpiredAccessRevocations(db, clock()));

  return {
    async purgeExpired(): Promise<Purged> {
      await deleteEvidenceBundles(db, new Date(clock().getTime() - evidenceLifetimeMs));
      const purged = {
        photos: await purge(photos),
        ...{ issuanceEvidence: 0, unissuedApplications: 0 },
        accessRecords: await purge(accessRecords),
        devices: await purge(devices),
        counts: await counts(),
      };
      for (const recordClass of reissueRecordClasses)
        purged[recordClass] = await purge(reissues(recordClass));
      const { counts: _, ...records } = purged;
      if (Object.values(records).some((number) => number > 0))
        logger.info(records, 'records purged that were kept long enough');
      const { issuanceEvidence, unissuedApplications, ...others } = purged;
      const more =
        Math.max(issuanceEvidence, unissuedApplications) >= reissueBatchSize ||
        Object.values(others).some((number) => number >= batchSize);
      return { ...purged, more };
    },
  };
}
export type RetentionActivities = ReturnType<typeof createRetentionActivities>;

/** By the calendar, in UTC: 29 February is followed by 1 March where there is none. */
function yearsBefore(now: Date, years: number): Date {
  const then = new Date(now);
  then.setUTCFullYear(now.getUTCFullYear() - years);
  return then;
}
