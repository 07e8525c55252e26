import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { RegistrySealError } from '#libs/vault';

/** SQLSTATE classes that a retry does not help: bad data (22), violated constraints (23), wrong statements (42). */
const permanentSqlStates = /^(22|23|42)/;

/** How often a step with a permanent error is tried: a race that is over by now may have violated the constraint. */
const maximumAttempts = 5;

/** The type of the failure of a step that cannot succeed. The workflow parks the reissue. */
const stepFailed = 'StepFailed';

/**
 * Makes steps fail for good on permanent errors. Steps that touch only the database retry without end, because an
 * unavailable database comes back. A step that fails by itself would block every later message, so it fails here after
 * some attempts, and the workflow parks the reissue for an operator.
 */
export function failOnPermanentErrors<Steps extends Record<string, (...args: never[]) => Promise<unknown>>>(
  steps: Steps,
): Steps {
  const guarded = Object.entries(steps).map(([name, step]) => [
    name,
    async (...args: never[]) => {
      try {
        return await step(...args);
      } catch (error) {
        if (!isPermanent(error) || activityInfo().attempt < maximumAttempts) throw error;
        throw ApplicationFailure.create({
          type: stepFailed,
          message: `${name} cannot succeed`,
          nonRetryable: true,
        });
      }
    },
  ]);
  return Object.fromEntries(guarded) as Steps;
}

/** Whether our own code or the data caused an error, and not an unavailable dependency. */
export function isPermanent(error: unknown): boolean {
  const ours = [TypeError, RangeError, BrokenInvariant, RegistrySealError];
  if (ours.some((kind) => error instanceof kind)) return true;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && permanentSqlStates.test(code);
}

/** An invariant is violated, which is a bug. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}
