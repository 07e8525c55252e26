import { percentile } from '../../demo/statistics.js';
import { makeAll } from './make-all.js';
import type { Kind } from './options.js';
import type { MadeReissue, Path } from './paths.js';
import type { Probes, Usage } from './probes.js';
import type { StatementsByRole } from './statements.js';

/**
 * Reissues of each path before the rounds, while code gets compiled and pools and caches get filled. V8 optimises only what
 * ran often, so that the first hundreds cost more than those of a process that has run for an hour.
 */
export const warmUp = { concurrency: 16, count: 256 };
/** How long the stack is measured without load, in seconds. */
export const backgroundSeconds = 5;

/** The reissues of a round, of which a quarter is made one at a time. */
export const roundOf = (count: number, concurrency: number) => ({
  concurrency,
  count: concurrency === 1 ? Math.ceil(count / 4) : count,
});

/** Histories of one round whose events are counted. */
const countedHistories = 10;

/** The result of one round of a path. Costs are those of one reissue, without what the stack uses in the background. */
export interface Round {
  readonly kind: Kind;
  readonly concurrency: number;
  readonly perSecond: number;
  readonly failed: number;
  readonly made: readonly MadeReissue[];
  /** Median. */
  readonly historyEvents: number;
  /** Milliseconds by part. */
  readonly processor: Readonly<Record<string, number>>;
  readonly statements: StatementsByRole;
}

/** Makes reissues on a path, and measures what all processes use until the last of their work is done. */
export async function measureRound(
  path: Path,
  { concurrency, count }: { concurrency: number; count: number },
  probes: Probes,
  background: Usage,
): Promise<Round> {
  const makers = await path.prepare(count);
  await probes.untilQuiet(background);
  const before = await probes.snapshot();
  const { made, failures, seconds } = await makeAll(makers, concurrency);
  await probes.untilQuiet(background);
  const used = await probes.usedSince(before);
  if (made.length === 0) throw new Error('no reissue has succeeded', { cause: failures[0] });
  const sample = made.slice(-countedHistories).map(({ workflowId }) => path.historyEvents(workflowId));
  return {
    kind: path.kind,
    concurrency,
    perSecond: made.length / seconds,
    failed: failures.length,
    made,
    historyEvents: percentile(await Promise.all(sample), 50)!,
    ...costOfOne(used, background, made.length),
  };
}

function costOfOne(used: Usage, background: Usage, count: number): Pick<Round, 'processor' | 'statements'> {
  const share = used.seconds / background.seconds;
  const one = (inRound = 0, inBackground = 0) => (inRound - share * inBackground) / count;
  const processor = Object.entries(used.processor).map(([part, ms]) => [
    part,
    one(ms, background.processor[part]),
  ]);
  const statements = Object.entries(used.statements).map(([role, { statements, transactionControl }]) => [
    role,
    {
      statements: one(statements, background.statements[role]?.statements),
      transactionControl: one(transactionControl, background.statements[role]?.transactionControl),
    },
  ]);
  return {
    processor: Object.fromEntries(processor) as Round['processor'],
    statements: Object.fromEntries(statements) as Round['statements'],
  };
}
