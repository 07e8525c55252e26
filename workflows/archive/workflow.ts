import type { Archived, ArchiveActivities } from '#activities/records';
import { proxyActivities } from '@temporalio/workflow';

const { archiveEnded } = proxyActivities<ArchiveActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 5 },
});

/** Of one run: the next begins where it ended, and a history stays short. */
const mostBatches = 100;

/** Run each minute: keeps the histories of the reissues that have ended. */
export async function archive(): Promise<Omit<Archived, 'more'>> {
  let archived = 0;
  let postponed = 0;
  for (let batch = 0; batch < mostBatches; batch += 1) {
    const result = await archiveEnded();
    archived += result.archived;
    ({ postponed } = result);
    if (!result.more) break;
  }
  return { archived, postponed };
}
