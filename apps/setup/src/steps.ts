import { StepFailure } from './failures.js';

/** One thing that a command has to do. */
export interface Step {
  /** In the imperative: `create the role reseal_ops`. */
  readonly what: string;
  run(): Promise<void>;
}

/** What a command found to do; empty if everything is as it should be. */
export interface Plan {
  readonly steps: readonly Step[];
  /** What an operator must decide: setup changes nothing of it. */
  readonly warnings?: readonly string[];
  close?(): Promise<void>;
}

export interface RunOptions {
  readonly dryRun: boolean;
  readonly print: (line: string) => void;
}

/**
 * Carries a plan out, or only prints it.
 *
 * @throws StepFailure at the first step that fails
 */
export async function runPlan(name: string, plan: Plan, { dryRun, print }: RunOptions): Promise<void> {
  try {
    for (const warning of plan.warnings ?? []) print(`${name}: ${warning}`);
    for (const { what, run } of plan.steps) {
      if (!dryRun) await run().catch((cause: unknown) => Promise.reject(new StepFailure(what, { cause })));
      print(`${name}: ${dryRun ? 'would ' : ''}${what}`);
    }
    if (plan.steps.length === 0) print(`${name}: nothing to do`);
  } finally {
    await plan.close?.();
  }
}
