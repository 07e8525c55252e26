import { createServer } from 'node:net';
import { once } from 'node:events';
import {
  Runtime,
  type LogLevel,
  type Logger as TemporalLogger,
  type LogMetadata,
  type TelemetryOptions,
} from '@temporalio/worker';
import type { Logger, MetricsSource } from '#libs/observability';

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

let installed = false;

/**
 * Sets up Temporal's native runtime for this process, before the first worker or native connection. The application
 * handles signals. All logs, also the native ones, go to `logger`.
 */
export function installTemporalRuntime(logger: Logger, metrics?: TelemetryOptions['metrics']): void {
  if (installed) return;
  Runtime.install({
    shutdownSignals: [],
    logger: temporalLoggerOf(logger),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metrics && { metrics }),
    },
  });
  installed = true;
}

const portAttempts = 5;
const scrapeTimeoutMs = 2_000;

/**
 * Sets up the runtime so that the SDK's own metrics can be read, with names that start with `reseal_temporal_`. The SDK adds
 * up in native code, which costs less than to pass each measurement to JavaScript, and serves the sums on a free port of the
 * loopback interface.
 *
 * @param app the name of the app, a label of all metrics
 */
export async function serveTemporalMetrics(logger: Logger, app: string): Promise<MetricsSource> {
  for (let attempt = 1; ; attempt += 1) {
    const bindAddress = `127.0.0.1:${await freePort()}`;
    try {
      installTemporalRuntime(logger, {
        metricPrefix: 'reseal_temporal_',
        globalTags: { app },
        attachServiceName: false,
        prometheus: {
          bindAddress,
          countersTotalSuffix: true,
          unitSuffix: true,
          useSecondsForDurations: true,
        },
      });
      return async () => {
        const answer = await fetch(`http://${bindAddress}/metrics`, {
          signal: AbortSignal.timeout(scrapeTimeoutMs),
        });
        return answer.text();
      };
    } catch (error) {
      // Another process may have got the port meanwhile.
      if (attempt === portAttempts) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('invariant violated: no TCP port');
  return address.port;
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
