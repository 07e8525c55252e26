import type { ConsentContext } from '#activities/consent';
import type { Secrets } from '#activities/step';
import type { RegistryKeys } from '#libs/vault';

export interface CertificateContext extends ConsentContext {
  readonly secrets: Secrets;
  /** Open the resident registration numbers on file. */
  readonly registryKeys: RegistryKeys;
}
