import type { ReconcileActivities } from '#activities/lifecycle';
import { proxyActivities } from '@temporalio/workflow';

const { reconcileReissues } = proxyActivities<ReconcileActivities>({
  startToCloseTimeout: '50 s',
  scheduleToCloseTimeout: '55 s',
  retry: { maximumAttempts: 3 },
});

/** Run each minute: brings Temporal and PostgreSQL together again where one of them fell behind. */
export async function reconcile(): Promise<{ restarted: number; refreshed: number; closedIntents: number }> {
  return reconcileReissues();
}
