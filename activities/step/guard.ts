import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { RegistrySealError } from '#libs/vault';

/** SQLSTATE classes that no repetition mends: bad data (22), broken constraints (23), wrong statements (42). */
const permanentSqlStates = /^(22|23|42)/;

/** So often is even a hopeless step tried: a constraint may have been broken by a race that is over now. */
const maximumAttempts = 5;

/** The type of the failure by which the workflow learns that a step cannot succeed as it is. */
const stepFailed = 'StepFailed';

/**
 * Steps that touch only the database retry without end, because a database that is away comes back. A step that
 * fails by itself would do so for ever, with every later message waiting behind it: it gives up here, and the
 * workflow parks the reissue for an operator.
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

/** Whether an error is our own or the data's (also sealed data's), and not that of a dependency that is away. */
function isPermanent(error: unknown): boolean {
  const ours = [TypeError, RangeError, BrokenInvariant, RegistrySealError];
  if (ours.some((kind) => error instanceof kind)) return true;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && permanentSqlStates.test(code);
}

/** Something that cannot be, is. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}
