export { cellOf } from './gcra.js';
export type { RateLimit } from './gcra.js';
export { networkOf, networksOf, widestNetworkOf } from './network.js';
export {
  refundUse,
  useFirstAllowed,
  useLimit,
  useLimits,
  useLimitsInTransaction,
  useFirstAllowedLimits,
} from './rate-limits.js';
export type { Allowance, LimitUse } from './rate-limits.js';
