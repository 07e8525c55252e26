export { createLogger } from './logger.js';
export { LogOutput } from './log-output.js';
export type { Logger } from 'pino';
export { addToLogContext, logContext, withLogContext } from './log-context.js';
export type { LogContext } from './log-context.js';
export { createMetrics, Metrics } from './metrics.js';
export type { MetricsSource } from './metrics.js';
export { parseTraceparent, traceIdFrom } from './trace-id.js';
export {
  activeTrace,
  messageTrace,
  failureOf,
  inChildSpan,
  inSpan,
  startSpan,
  startTracing,
  stopTracing,
  traceparentIn,
} from './tracing.js';
export type { OpenSpan } from './tracing.js';
