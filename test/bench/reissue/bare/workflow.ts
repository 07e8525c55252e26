import {
  allHandlersFinished,
  condition,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import { bareNames, bareSteps, type BareActivities, type BareStep } from './shape.js';

const { record } = proxyLocalActivities<Pick<BareActivities, 'record'>>({ startToCloseTimeout: '3 s' });
const { sign } = proxyActivities<Pick<BareActivities, 'sign'>>({
  taskQueue: bareNames.signingQueue,
  startToCloseTimeout: '30 s',
});

/**
 * The shape of a reissue: a deadline, six updates with a local activity each, and one remote activity. What it costs is
 * Temporal's price.
 */
export async function bareReissue(): Promise<void> {
  let recorded = 0;
  setHandler(defineUpdate<number, [BareStep]>(bareNames.update), async (step) => {
    if (step === 'certificate') await sign();
    await record(step);
    recorded += 1;
    return recorded;
  });
  void sleep('30 min');
  await condition(() => recorded === bareSteps.length && allHandlersFinished());
}
