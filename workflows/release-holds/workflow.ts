import type { HoldActivities } from '#activities/revocation';
import { proxyActivities } from '@temporalio/workflow';

const { revokeLongHolds } = proxyActivities<HoldActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 5 },
});

/** Run each hour: a hold ends after some months, and a certificate that nobody released by then is revoked. */
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
