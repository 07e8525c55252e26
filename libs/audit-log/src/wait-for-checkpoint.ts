import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '#libs/db';
import { isCovered } from '#libs/db/audit';

const pauseMs = 250;

/**
 * Waits until a checkpoint covers all that a reissue has written, as far as it has: the sequencer may be away.
 *
 * @returns whether one does now
 */
export async function waitForCheckpoint(
  db: Database,
  reissueId: string,
  timeoutMs = 20_000,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (!(await isCovered(db, reissueId))) {
    if (performance.now() > end) return false;
    await delay(pauseMs);
  }
  return true;
}
