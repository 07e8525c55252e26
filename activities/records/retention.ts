import { koreanDayOf, type Clock } from '#libs/domain';
import { digestOfPurged } from '#libs/audit-log';
import { inTransaction, type RoleDatabase, type RoleTx } from '#libs/db';
import { appendAuthorityEntry, deleteEvidenceBundles } from '#libs/db/audit';
import { deleteAnnouncements } from '#libs/db/certificates';
import { deleteLiftedBlocks, deleteReceivedEvents, forgetFormerContacts } from '#libs/db/customers';
import { deleteExpiredRateLimits } from '#libs/db/identity';
import { deleteExpiredAccessRevocations, deleteGivenUpNotifications } from '#libs/db/reissues';
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
import { deleteExpiredTransfers } from '#libs/db/transfers';
import type { Logger } from '#libs/observability';
import type { RetentionYears } from '#libs/terms';

export interface RetentionContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info'>;
  /** The retention periods that the terms promise. */
  readonly years: Omit<RetentionYears, 'identityMaterial'>;
  /** After how many days without use a device is deleted. */
  readonly deviceDays: number;
}

/** How many rows of each class were purged. */
export interface Purged extends Readonly<Record<ReissueRecordClass, number>> {
  readonly photos: number;
  readonly accessRecords: number;
  readonly devices: number;
  /**
   * Counters of limits, lifted blocks, expired transfers, notifications given up long ago, old announcements of expiries, and what
   * old events of the bank left, which are no longer needed. They are not records.
   */
  readonly counts: number;
  /** Whether there may be more to purge. */
  readonly more: boolean;
}

/** How many rows of a class are purged at once. */
const batchSize = 500;
/** How many reissues are purged at once. The audit entry names each. */
const reissueBatchSize = 100;
const dayMs = 86_400_000;
/** How long operators see which notifications were given up. */
const givenUpDays = 30;
/** How long a lifted block is kept. The audit trail keeps it longer. */
const liftedBlockDays = 365;
/** How long it is kept which expiries were announced: until after the last announcement of a certificate, and a year more. */
const announcementDays = 90 + 7 + 365;
/** How long an event of the bank is recognised that comes again. Later, the newer events about the same fact make it outdated. */
const receivedEventDays = 400;
/** How long the former contact of a customer is kept. */
const formerContactDays = 90;
/** Lifetime of a bundle: it is fetched as soon as it is made, and can be made again. Milliseconds. */
const evidenceLifetimeMs = 3_600_000;

/**
 * Purges records whose retention period is over. Each purge is recorded in the authority's audit trail in the same
 * transaction, with a digest of what it removed. An auditor can distinguish a purge from a manipulation by it.
 */
export function createRetentionActivities({ db, clock, logger, years, deviceDays }: RetentionContext) {
  const daysAgo = (days: number) => new Date(clock().getTime() - days * dayMs);
  const purge = (work: (tx: RoleTx<'worker'>) => Promise<number>) => inTransaction(db, work);
  const record = (tx: RoleTx<'worker'>, recordClass: string, details: Record<string, unknown>) =>
    appendAuthorityEntry(tx, {
      actor: 'system',
      action: 'purge',
      outcome: 'DONE',
      details: { recordClass, ...details },
      occurredAt: clock(),
    });

  /** Photos that a crash left behind. Normally a step deletes them when it accepts them or ends the reissue. */
  const photos = async (tx: RoleTx<'worker'>) => {
    const left = await purgeLeftPhotos(tx, batchSize);
    if (left > 0) await record(tx, 'photos', { leftByEndedReissues: left });
    return left;
  };
  const devices = async (tx: RoleTx<'worker'>) => {
    const before = daysAgo(deviceDays);
    const records = await purgeDevices(tx, before, batchSize);
    if (records > 0) await record(tx, 'devices', { before: before.toISOString(), days: deviceDays, records });
    return records;
  };
  const accessRecords = async (tx: RoleTx<'worker'>) => {
    const before = yearsBefore(clock(), years.accessRecords);
    const records = await purgeNumberAccesses(tx, before, batchSize);
    if (records > 0)
      await record(tx, 'accessRecords', {
        ...{ before: before.toISOString(), years: years.accessRecords, records },
      });
    return records;
  };
  const reissues = (recordClass: ReissueRecordClass) => async (tx: RoleTx<'worker'>) => {
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
  /** Counters of yesterday stay: a step that began before midnight may still give a try back. */
  const counts = async () =>
    (await deleteExpiredRateLimits(db, clock(), batchSize)) +
    (await deleteExpiredTransfers(db, clock())) +
    (await purgeIdentityDays(db, koreanDayOf(daysAgo(1)), batchSize)) +
    (await deleteExpiredAccessRevocations(db, clock())) +
    (await deleteLiftedBlocks(db, daysAgo(liftedBlockDays))) +
    (await deleteGivenUpNotifications(db, daysAgo(givenUpDays))) +
    (await deleteAnnouncements(db, daysAgo(announcementDays), batchSize)) +
    (await deleteReceivedEvents(db, daysAgo(receivedEventDays), batchSize)) +
    (await forgetFormerContacts(db, daysAgo(formerContactDays), batchSize));

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
        logger.info(records, 'records purged after their retention period');
      const { issuanceEvidence, unissuedApplications, ...others } = purged;
      const more =
        Math.max(issuanceEvidence, unissuedApplications) >= reissueBatchSize ||
        Object.values(others).some((number) => number >= batchSize);
      return { ...purged, more };
    },
  };
}
export type RetentionActivities = ReturnType<typeof createRetentionActivities>;

/** Calendar years in UTC. 29 February becomes 1 March in a year without one. */
function yearsBefore(now: Date, years: number): Date {
  const then = new Date(now);
  then.setUTCFullYear(now.getUTCFullYear() - years);
  return then;
}
