import { join } from 'node:path';
import { pino } from 'pino';
import { bundleWorkflows, WorkerRunner } from '#libs/temporal';
import { bareNames, type BareActivities } from './shape.js';

// The workers of the bare shape, with the options of Reseal's own workers. `bare-path.ts` starts this process.
const logger = pino({ level: 'warn' });
const activities: BareActivities = {
  record: () => Promise.resolve(),
  sign: () => Promise.resolve(),
};
const common = {
  address: process.env.RESEAL_TEMPORAL_ADDRESS!,
  namespace: bareNames.namespace,
  dataConverter: {},
  logger,
};
const workers = [
  new WorkerRunner({
    ...common,
    taskQueue: bareNames.taskQueue,
    activities: { record: activities.record },
    workflows: () => bundleWorkflows(logger, join(import.meta.dirname, 'workflow.js')),
  }),
  new WorkerRunner({
    ...common,
    taskQueue: bareNames.signingQueue,
    activities: { sign: activities.sign },
  }),
];
process.once('SIGTERM', () => workers.forEach((worker) => void worker.stop()));
await Promise.all(workers.map((worker) => worker.run()));
