import type { ConsentContext } from '#activities/consent';
import type { RiskContext } from '#activities/risk';
import type { Secrets } from '#activities/step';
import type { IdentityPolicy } from '#libs/domain';
import type { RegistryKeys } from '#libs/vault';

export interface CertificateContext extends ConsentContext, RiskContext {
  readonly policy: IdentityPolicy;
  readonly secrets: Secrets;
  /** Open the resident registration numbers on file. */
  readonly registryKeys: RegistryKeys;
}
