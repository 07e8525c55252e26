import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';

/** The SDK sends no heartbeat before four fifths of the timeout have passed since the last one. */
const perTimeout = 5;

/**
 * Sends heartbeats while an activity with a heartbeat timeout runs. Temporal gives the activity of a process that is frozen, or
 * has vanished, to another one as soon as they are missing.
 */
export function heartbeats(context: Pick<Context, 'info' | 'heartbeat'>): ActivityInterceptors {
  const { heartbeatTimeoutMs } = context.info;
  if (!heartbeatTimeoutMs) return {};
  return {
    inbound: {
      execute: async (input, next) => {
        const alive = setInterval(() => context.heartbeat(), heartbeatTimeoutMs / perTimeout);
        try {
          return await next(input);
        } finally {
          clearInterval(alive);
        }
      },
    },
  };
}
