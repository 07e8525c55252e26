import { Runtime, type LogLevel, type Logger as TemporalLogger, type LogMetadata } from '@temporalio/worker';
import type { Logger } from '#libs/observability';

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

let installed = false;

/**
 * Sets up Temporal's native runtime for this process, before the first worker or native connection. The application
 * handles signals. All logs, also the native ones, go to `logger`.
 *
 * @param metricsAddress where the SDK serves its own Prometheus metrics, as host:port; not served by default
 */
export function installTemporalRuntime(logger: Logger, metricsAddress?: string): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    shutdownSignals: [],
    logger: temporalLoggerOf(logger),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress === undefined ? {} : { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
  });
}

/** Makes Temporal's logger interface on top of pino. */
export function temporalLoggerOf(logger: Logger): TemporalLogger {
  const log = (level: LogLevel, message: string, meta: LogMetadata = {}) => {
    const { error, sdkComponent, workflowId, runId, activityId, activityType, taskQueue, attempt } = meta;
    logger[levels[level]](
      {
        ...{ sdkComponent, workflowId, runId, activityId, activityType, taskQueue, attempt },
        // The native side passes errors as text.
        ...(error === undefined ? {} : typeof error === 'string' ? { reason: error } : { err: error }),
      },
      message,
    );
  };
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}
