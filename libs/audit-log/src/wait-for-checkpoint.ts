import { setTimeout as delay } from 'node:timers/promises';
import type { RoleDatabase } from '#libs/db';
import { isCovered } from '#libs/db/audit';

const retryMs = 250;

/**
 * Waits until a checkpoint covers all entries of a reissue, or until the timeout: the sequencer may be down.
 *
 * @returns whether a checkpoint covers them
 */
export async function waitForCheckpoint(
  db: RoleDatabase<'worker'>,
  reissueId: string,
  timeoutMs = 20_000,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (!(await isCovered(db, reissueId))) {
    if (performance.now() > end) return false;
    await delay(retryMs);
  }
  return true;
}
