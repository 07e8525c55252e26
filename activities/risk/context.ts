import type { IdentityMethod } from '#libs/domain';
import type { Networks } from './networks.js';
import type { RiskPolicies } from './policies.js';
import type { RiskProvider } from './provider.js';

export interface RiskContext {
  readonly riskPolicies: RiskPolicies;
  readonly networks: Networks;
  /** Undefined if none is configured. */
  readonly riskProvider: RiskProvider | undefined;
  /** The identity methods that have a provider. */
  readonly availableMethods: readonly IdentityMethod[];
}
