export { ClockWatch, ClockWrong } from './clock-watch.js';
export type { ClockWatchOptions } from './clock-watch.js';
export { registerClockMetrics } from './clock-metrics.js';
