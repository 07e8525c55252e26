export { cellOf } from './gcra.js';
export type { RateLimit } from './gcra.js';
export { networkOf, networksOf, widestNetworkOf } from './network.js';
export { giveBack, useFirstAllowed, useLimit, useLimits, useLimitsAtOnce, useWay } from './rate-limits.js';
export type { Allowance, Use } from './rate-limits.js';
