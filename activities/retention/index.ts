import { koreanDayOf, type Clock } from '#libs/domain';
import {
  appendAuthorityEntry,
  inTransaction,
  purgeIdentityDays,
  purgeEvidence,
  purgeExpiredPhotos,
  purgeLeftPhotos,
  forgetSpentRateLimits,
  type Database,
} from '#libs/db';
import type { Logger } from '#libs/observability';

export interface RetentionContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info'>;
}

export interface Purged {
  readonly photos: number;
  readonly limits: number;
  readonly days: number;
  /** Whether there may be more to purge. */
  readonly more: boolean;
}

/** How many rows of a kind go at once. */
const batch = 500;
const dayMs = 86_400_000;
/** Whoever waits for a bundle fetches it at once; it can be made again. */
const evidenceLifetimeMs = 3_600_000;

/**
 * Deletes what was kept for as long as it had to be. That photos were deleted is told in the authority's audit trail, in
 * the same transaction, by their ids: an auditor sees that a photo there once was is gone by rule.
 */
export function createRetentionActivities({ db, clock, logger }: RetentionContext) {
  return {
    async purgeExpired(): Promise<Purged> {
      const now = clock();
      const photos = await inTransaction(db, async (tx) => {
        const photoIds = await purgeExpiredPhotos(tx, now, batch);
        const left = await purgeLeftPhotos(tx, batch);
        if (photoIds.length + left > 0)
          await appendAuthorityEntry(tx, {
            actor: 'system',
            action: 'purgePhotos',
            outcome: 'DONE',
            details: { photoIds, leftByEndedReissues: left },
            occurredAt: now,
          });
        return photoIds.length + left;
      });
      const limits = await forgetSpentRateLimits(db, now, batch);
      await purgeEvidence(db, new Date(now.getTime() - evidenceLifetimeMs));
      // Not yesterday's: a step that began before midnight may still give a try back.
      const days = await purgeIdentityDays(db, koreanDayOf(new Date(now.getTime() - dayMs)), batch);
      if (photos > 0) logger.info({ photos }, 'photos of documents deleted that were kept long enough');
      return { photos, limits, days, more: Math.max(photos, limits, days) >= batch };
    },
  };
}
export type RetentionActivities = ReturnType<typeof createRetentionActivities>;
