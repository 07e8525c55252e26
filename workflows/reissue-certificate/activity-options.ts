import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { taskQueues } from '#libs/domain';

/**
 * Steps that touch only PostgreSQL. They retry without end: while the database is away nothing can be decided,
 * and nothing is lost. Long waits become timers instead of keeping the workflow task alive.
 */
export const database: LocalActivityOptions = {
  startToCloseTimeout: '3 s',
  localRetryThreshold: '3 s',
  retry: { initialInterval: '100 ms', backoffCoefficient: 2, maximumInterval: '30 s' },
};

/**
 * As `database`, with time to wait for a place among the passwords that are hashed at once. Who was turned away because
 * too many wait comes again by a timer: in a local activity between two tries a workflow keeps its place in the worker,
 * and a crowd of them would keep everybody else out.
 */
export const hashing: LocalActivityOptions = {
  ...database,
  startToCloseTimeout: '15 s',
  localRetryThreshold: '500 ms',
};

/**
 * Calls to providers. The schedule-to-close timeout matters most: without it a dead worker would be waited for
 * for ever. When it expires the outcome is unknown, and the reissue parks.
 */
export const providers: ActivityOptions = {
  startToCloseTimeout: '20 s',
  scheduleToCloseTimeout: '60 s',
  retry: {
    initialInterval: '500 ms',
    backoffCoefficient: 2,
    maximumInterval: '10 s',
    nonRetryableErrorTypes: ['ProviderRefused'],
  },
};

/** The one process that holds the CA key. */
export const signer: ActivityOptions = {
  taskQueue: taskQueues.signing,
  startToCloseTimeout: '30 s',
  scheduleToCloseTimeout: '2 min',
  retry: { initialInterval: '500 ms', backoffCoefficient: 2, maximumInterval: '10 s' },
};

/** Telling the customer. It is tried for an hour and never fails a reissue. */
export const notifications: ActivityOptions = {
  startToCloseTimeout: '30 s',
  scheduleToCloseTimeout: '1 h',
  retry: {
    initialInterval: '1 s',
    backoffCoefficient: 2,
    maximumInterval: '5 min',
    nonRetryableErrorTypes: ['ProviderRefused'],
  },
};
