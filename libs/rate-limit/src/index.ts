export { cellOf } from './gcra.js';
export type { RateLimit } from './gcra.js';
export { networkOf, networksOf, widestNetworkOf } from './network.js';
export {
  rateLimitUses,
  refundUse,
  useFirstAllowed,
  useLimit,
  useLimits,
  useLimitsOnDevice,
  useFirstAllowedLimits,
} from './rate-limits.js';
export type { Allowance, LimitUse } from './rate-limits.js';
