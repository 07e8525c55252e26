import type { IdentityMethod, IdentityPolicy } from '#libs/domain';
import type { RiskContext } from '#activities/risk';
import type { Secrets, StepContext } from '#activities/step';
import type { RegistryKeys, VaultKeys } from '#libs/vault';
import type { IdentityLimits } from './limits.js';
import type { IdentityProvider } from './providers/index.js';

export interface IdentityContext extends StepContext, RiskContext {
  readonly policy: IdentityPolicy;
  /** The methods that have a provider. */
  readonly availableMethods: readonly IdentityMethod[];
  readonly secrets: Secrets;
  readonly identityLimits: IdentityLimits;
}

export interface ProviderContext extends IdentityContext {
  readonly providers: ReadonlyMap<IdentityMethod, IdentityProvider>;
  readonly vaultKeys: VaultKeys;
  readonly registryKeys: RegistryKeys;
}
