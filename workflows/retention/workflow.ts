import type { Purged, RetentionActivities } from '#activities/retention';
import { proxyActivities } from '@temporalio/workflow';

const { purgeExpired } = proxyActivities<RetentionActivities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 5 },
});

/** Of one run: the next begins where it ended, and a history stays short. */
const mostBatches = 200;

/** Run each hour: deletes what was kept for as long as it had to be. */
export async function retention(): Promise<Omit<Purged, 'more'>> {
  const purged = { photos: 0, limits: 0, days: 0 };
  for (let batch = 0; batch < mostBatches; batch += 1) {
    const { photos, limits, days, more } = await purgeExpired();
    purged.photos += photos;
    purged.limits += limits;
    purged.days += days;
    if (!more) break;
  }
  return purged;
}
