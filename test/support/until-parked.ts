import type { Database } from '#libs/db';
import { until } from './until.js';

/** Waits until a reissue is parked for the n-th time. */
export function untilParked(db: Database, reissueId: string, sequence: number, timeoutMs: number) {
  return until(
    `${reissueId} to be parked`,
    async () => {
      const row = await db
        .selectFrom('reissue')
        .select(['parked_step', 'parked_code', 'park_sequence'])
        .where('reissue_id', '=', reissueId)
        .executeTakeFirst();
      return row?.parked_step && row.park_sequence === sequence ? row : undefined;
    },
    { timeoutMs, pauseMs: 250 },
  );
}
