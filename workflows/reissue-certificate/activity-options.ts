import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { taskQueues } from '#libs/domain';

/**
 * Steps. They retry without end, because nothing can be decided without the database, and nothing is lost meanwhile. Long
 * waits become timers instead of keeping the workflow task alive. The timeout includes the short time that a step waits
 * for a provider and for its notifications; what takes longer is left to the activities below.
 */
export const database: LocalActivityOptions = {
  startToCloseTimeout: '6 s',
  localRetryThreshold: '3 s',
  retry: { initialInterval: '100 ms', backoffCoefficient: 2, maximumInterval: '30 s' },
};

/**
 * As `database`, with time to wait for a hashing slot. A step that was turned away because too many wait retries by a
 * timer. Between two tries of a local activity a workflow keeps its slot in the worker, and many of them would block
 * all other workflows.
 */
export const hashing: LocalActivityOptions = {
  ...database,
  startToCloseTimeout: '15 s',
  localRetryThreshold: '500 ms',
};

/**
 * Calls to providers. Without the schedule-to-close timeout a workflow would wait for a dead worker for ever. When it
 * expires the outcome is unknown, and the reissue parks.
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

/** Calls to the provider of risk decisions. The customer waits for it; without an answer the policy decides. */
export const risk: ActivityOptions = {
  startToCloseTimeout: '6 s',
  scheduleToCloseTimeout: '15 s',
  retry: {
    initialInterval: '500 ms',
    backoffCoefficient: 2,
    maximumInterval: '5 s',
    nonRetryableErrorTypes: ['ProviderRefused'],
  },
};

/**
 * Calls to the signer, the one process that holds the CA key. One that is frozen, or has vanished, sends no heartbeats, and
 * another one is asked.
 */
export const signer: ActivityOptions = {
  taskQueue: taskQueues.signing,
  startToCloseTimeout: '30 s',
  heartbeatTimeout: '8 s',
  scheduleToCloseTimeout: '2 min',
  retry: { initialInterval: '500 ms', backoffCoefficient: 2, maximumInterval: '10 s' },
};

/** Notifications to the customer. Each is tried for an hour, and never fails a reissue. */
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
