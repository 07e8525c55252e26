import type { Purged, RetentionActivities } from '#activities/records';
import { proxyActivities } from '@temporalio/workflow';

const { purgeExpired } = proxyActivities<RetentionActivities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 5 },
});

/** How many batches one run purges. The next run continues, and histories stay short. */
const maximumBatches = 200;

/** Purges records whose retention period is over. Runs every hour. */
export async function retention(): Promise<Omit<Purged, 'more'>> {
  const purged = {
    ...{ photos: 0, issuanceEvidence: 0, unissuedApplications: 0 },
    ...{ accessRecords: 0, devices: 0, counts: 0 },
  };
  for (let batch = 0; batch < maximumBatches; batch += 1) {
    const { more, ...these } = await purgeExpired();
    for (const kind of Object.keys(purged) as (keyof typeof purged)[]) purged[kind] += these[kind];
    if (!more) break;
  }
  return purged;
}
