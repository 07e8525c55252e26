import type { ReconcileActivities } from '#activities/lifecycle';
import { proxyActivities } from '@temporalio/workflow';

const { reconcileReissues } = proxyActivities<ReconcileActivities>({
  startToCloseTimeout: '50 s',
  scheduleToCloseTimeout: '55 s',
  retry: { maximumAttempts: 3 },
});

/** Reconciles Temporal and PostgreSQL where one of them fell behind. Runs every minute. */
export async function reconcile(): Promise<{ restarted: number; refreshed: number; closedIntents: number }> {
  return reconcileReissues();
}
