import { MockActivityEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger } from '@temporalio/worker';
import type { ReissueMessage, StepResult } from '#libs/domain';
import { createMessageHandler } from '../../workflows/reissue-certificate/handle-message.js';
import { withOperation } from './operations.js';
import { receiveMessage } from './receive-message.js';
import type { World } from './world.js';

/** Logs errors only: activities fail here on purpose. */
const logger = new DefaultLogger('ERROR');

export interface Performance {
  /** Other activities than the world's own. */
  readonly activities?: World['activities'];
  /** Runs every activity twice and drops the first result, as if the worker had died before it reported the result. */
  readonly crashing?: boolean;
}

/**
 * Handles a message as the workflow does, with its own handler, but without Temporal: a failed call to a provider or to
 * the signer is not retried. An operator's message without an operation gets a new one. It also waits until the
 * notifications are sent, or have failed.
 */
export async function perform(
  world: World,
  reissueId: string,
  sent: ReissueMessage,
  { activities = world.activities, crashing = false }: Performance = {},
): Promise<StepResult> {
  const steps = inActivityEnvironment(activities, crashing);
  const { handle } = createMessageHandler({
    steps,
    passwords: steps,
    providers: steps,
    risk: steps,
    signer: inActivityEnvironment(world.signing, crashing),
    parkCodeOfCall: (error) =>
      failureTypeOf(error) === 'OutcomeUnknown' ? 'OUTCOME_UNKNOWN' : 'DEPENDENCY_UNAVAILABLE',
    parkCodeOfStep: (error) => (failureTypeOf(error) === 'StepFailed' ? 'STEP_FAILED' : undefined),
    notifiesOfResumption: () => true,
  });
  const received = await receiveMessage(world, reissueId, sent);
  const message = await withOperation(world.owner, reissueId, received, world.clock.now());
  const result = await handle(reissueId, message);
  await world.outbox.idle();
  return result;
}

type Activity = (...args: unknown[]) => Promise<unknown>;

/** The same activities, each run as Temporal's worker runs it. */
function inActivityEnvironment<Activities extends object>(
  activities: Activities,
  crashing: boolean,
): Activities {
  const run = (activity: Activity, args: unknown[]) =>
    new MockActivityEnvironment({}, { logger }).run(activity, ...args);
  const entries = Object.entries(activities as Record<string, Activity>).map(([name, activity]) => [
    name,
    async (...args: unknown[]) => {
      if (crashing) await run(activity, args);
      return run(activity, args);
    },
  ]);
  return Object.fromEntries(entries) as Activities;
}

/** The type of the failure that Temporal makes of an activity's error. */
const failureTypeOf = (error: unknown) =>
  error instanceof ApplicationFailure ? error.type : error instanceof Error ? error.name : undefined;
