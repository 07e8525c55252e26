import type { PublicationActivities } from '#activities/publication';
import { taskQueues } from '#libs/domain';
import { proxyActivities } from '@temporalio/workflow';

const { publishCrls } = proxyActivities<PublicationActivities>({
  taskQueue: taskQueues.signing,
  startToCloseTimeout: '50 s',
  scheduleToCloseTimeout: '55 s',
  retry: { maximumAttempts: 3 },
});

/**
 * Publishes the CRLs that are due. Runs every minute. The signer publishes a revocation at once; this workflow
 * publishes what the signer missed, and renews CRLs before they expire.
 */
export async function publishCrl(): Promise<{ published: number; shown: number }> {
  return publishCrls();
}
