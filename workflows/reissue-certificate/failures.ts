import type { ParkCode } from '#libs/domain';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';

/**
 * Why a failed call to a provider or to the signer parks the reissue. The outcome is unknown if no answer came in time,
 * or if it was lost on the way.
 *
 * @returns undefined if the error is none of an activity, e.g. a cancellation of the workflow
 */
export function parkCodeOfCall(error: unknown): ParkCode | undefined {
  if (!(error instanceof ActivityFailure)) return undefined;
  const { cause } = error;
  const mayHaveActed =
    cause instanceof TimeoutFailure ||
    (cause instanceof ApplicationFailure && cause.type === 'OutcomeUnknown');
  return mayHaveActed ? 'OUTCOME_UNKNOWN' : 'DEPENDENCY_UNAVAILABLE';
}

/** Why a failed step parks the reissue: it failed by itself and would fail again, so an operator must see it. */
export function parkCodeOfStep(error: unknown): ParkCode | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type === 'StepFailed' ? 'STEP_FAILED' : undefined;
}
