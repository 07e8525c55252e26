import type { HoldActivities } from '#activities/revocation';
import { proxyActivities } from '@temporalio/workflow';

const { revokeLongHolds } = proxyActivities<HoldActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 5 },
});

/** Revokes certificates that have been on hold for too many months. Runs every hour. */
export async function releaseHolds(): Promise<{ revoked: number }> {
  let revoked = 0;
  let from: string | undefined = '';
  while (from !== undefined) {
    const batch: { revoked: number; next?: string } = await revokeLongHolds(from);
    revoked += batch.revoked;
    from = batch.next;
  }
  return { revoked };
}
