export { createLogger } from './logger.js';
export { LogOutput } from './log-output.js';
export type { Logger } from 'pino';
export { logContext, withLogContext } from './log-context.js';
export { createMetrics, Metrics } from './metrics.js';
export type { MetricsSource } from './metrics.js';
export { traceIdFrom } from './trace-id.js';
