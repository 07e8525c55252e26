import type { Purged, RetentionActivities } from '#activities/records';
import { proxyActivities } from '@temporalio/workflow';

const { purgeExpired } = proxyActivities<RetentionActivities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 5 },
});

/** Of one run: the next begins where it ended, and a history stays short. */
const mostBatches = 200;

/** Run each hour: deletes what was kept for as long as it had to be. */
export async function retention(): Promise<Omit<Purged, 'more'>> {
  const purged = {
    ...{ photos: 0, issuanceEvidence: 0, unissuedApplications: 0 },
    ...{ accessRecords: 0, devices: 0, counts: 0 },
  };
  for (let batch = 0; batch < mostBatches; batch += 1) {
    const { more, ...these } = await purgeExpired();
    for (const kind of Object.keys(purged) as (keyof typeof purged)[]) purged[kind] += these[kind];
    if (!more) break;
  }
  return purged;
}
