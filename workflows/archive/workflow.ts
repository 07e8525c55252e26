import type { Archived, ArchiveActivities } from '#activities/records';
import { proxyActivities } from '@temporalio/workflow';

const { archiveEnded } = proxyActivities<ArchiveActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 5 },
});

/** How many batches one run archives. The next run continues, and histories stay short. */
const maximumBatches = 100;

/** Archives the histories of ended reissues. Runs every minute. */
export async function archive(): Promise<Omit<Archived, 'more'>> {
  let archived = 0;
  let postponed = 0;
  for (let batch = 0; batch < maximumBatches; batch += 1) {
    const result = await archiveEnded();
    archived += result.archived;
    ({ postponed } = result);
    if (!result.more) break;
  }
  return { archived, postponed };
}
