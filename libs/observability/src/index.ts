export { createLogger } from './logger.js';
export type { LoggerOptions } from './logger.js';
export type { Logger } from 'pino';
export { describeError } from './describe-error.js';
export type { DescribedError } from './describe-error.js';
export { logContext, withLogContext } from './log-context.js';
export type { LogContext } from './log-context.js';
export { createMetrics, Metrics } from './metrics.js';
export { traceIdFrom, traceparentFor } from './trace-id.js';
