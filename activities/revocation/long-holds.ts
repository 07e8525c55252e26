import { endOfHold, type Clock } from '#libs/domain';
import type { RoleDatabase } from '#libs/db';
import { certificatesOnHold } from '#libs/db/certificates';
import type { Logger } from '#libs/observability';
import { changeMany } from './change-many.js';

export interface HoldContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info'>;
  /** The longest time on hold, in calendar months. */
  readonly holdMonths: number;
}

/** Certificates per run, so that a run ends within its timeout. The next run starts where it ended. */
const batch = 500;
const shortestMonthMs = 28 * 86_400_000;

/**
 * Revokes certificates that were on hold for too long, with the reason `cessationOfOperation`: their holders have neither
 * found them nor requested new ones. A certificate that was released, or released and held again, is not changed; an
 * expired certificate needs no revocation.
 */
export function createHoldActivities({ db, clock, logger, holdMonths }: HoldContext) {
  return {
    /**
     * @param afterSerial the last serial number of the previous batch; empty for the first batch
     * @returns the number of revoked certificates, and the last serial number unless this was the last batch
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
      if (revoked > 0) logger.info({ revoked }, 'certificates revoked after the longest time on hold');
      const last = found.length === batch ? found.at(-1)?.serial : undefined;
      return { revoked, ...(last ? { next: last } : {}) };
    },
  };
}
export type HoldActivities = ReturnType<typeof createHoldActivities>;
