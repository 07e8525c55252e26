export { createLogger } from './logger.js';
export { LogOutput } from './log-output.js';
export type { LoggerOptions } from './logger.js';
export type { Logger } from 'pino';
export { logContext, withLogContext } from './log-context.js';
export type { LogContext } from './log-context.js';
export { createMetrics, Metrics } from './metrics.js';
export { traceIdFrom, traceparentFor } from './trace-id.js';
