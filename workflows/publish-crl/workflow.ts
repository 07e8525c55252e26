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
 * Run each minute: publishes the CRLs that are due. A revocation is published at once by the signer itself; this
 * makes up for what it missed, and renews lists before they end.
 */
export async function publishCrl(): Promise<{ published: number; shown: number }> {
  return publishCrls();
}
