import { endOfHold, type Clock } from '#libs/domain';
import type { Database } from '#libs/db';
import { certificatesOnHold } from '#libs/db/certificates';
import type { Logger } from '#libs/observability';
import { changeMany } from './change-many.js';

export interface HoldContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info'>;
  /** For how many calendar months a certificate may be on hold. */
  readonly holdMonths: number;
}

/** One run looks at so many: a run is over within its timeout, and the next begins where it ended. */
const batch = 500;
const shortestMonthMs = 28 * 86_400_000;

/**
 * Revokes certificates that were on hold for too long: whoever lost one and neither found it nor came for a new one
 * in all that time does not use it any more (`cessationOfOperation`). One that is released in this moment, or released
 * and held again, is let be; one that has expired needs nothing.
 */
export function createHoldActivities({ db, clock, logger, holdMonths }: HoldContext) {
  return {
    /**
     * @param afterSerial where the batch before ended; empty at first
     * @returns how many were revoked, and where the next batch begins, unless this was the last
     */
    async revokeLongHolds(afterSerial: string): Promise<{ revoked: number; next?: string }> {
      const now = clock();
      const isOver = (since: Date) => endOfHold(since, holdMonths) <= now;
      const found = await certificatesOnHold(db, {
        heldBefore: new Date(now.getTime() - holdMonths * shortestMonthMs),
        now,
        afterSerial,
        limit: batch,
      });
      const due = found.filter(({ hold_at: since }) => since && isOver(since)).map(({ serial }) => serial);
      const revocation = { act: 'revoke', reason: 'cessationOfOperation' } as const;
      const context = { db, clock, actor: 'system' };
      const comment = `on hold for ${holdMonths} months`;
      let revoked = 0;
      const options = { comment, policy: 'HOLD_TIME_LIMIT', onlyIfHeld: isOver } as const;
      for await (const { outcome } of changeMany(context, due, revocation, options))
        if (outcome === 'DONE') revoked += 1;
      if (revoked > 0) logger.info({ revoked }, 'certificates revoked that were on hold for too long');
      const last = found.length === batch ? found.at(-1)?.serial : undefined;
      return { revoked, ...(last ? { next: last } : {}) };
    },
  };
}
export type HoldActivities = ReturnType<typeof createHoldActivities>;
