import { inParallel } from '../measure.js';
import type { MadeReissue } from './paths.js';

/** Further failures are only counted. */
const shownFailures = 3;

/** Makes reissues, `concurrency` at a time. A reissue may fail on a machine that has too much to do. */
export async function makeAll(makers: readonly (() => Promise<MadeReissue>)[], concurrency: number) {
  const made: MadeReissue[] = [];
  const failures: Error[] = [];
  const { seconds } = await inParallel(concurrency, makers, async (make) => {
    try {
      made.push(await make());
    } catch (error) {
      failures.push(error as Error);
    }
  });
  for (const { message } of failures.slice(0, shownFailures)) process.stderr.write(`  failed: ${message}\n`);
  return { made, failures, seconds };
}
