export { ClockWatch } from './clock-watch.js';
export { registerClockMetrics } from './clock-metrics.js';
