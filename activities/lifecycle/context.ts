import type { KeyObject } from 'node:crypto';
import type { IdentityLimits } from '#activities/identity';
import type { RiskContext } from '#activities/risk';
import type { Secrets, StepContext } from '#activities/step';
import type { IdentityMethod, IdentityPolicy } from '#libs/domain';
import type { ReceiptSigner, TermsCatalogue } from '#libs/terms';
import type { RegistryKeys } from '#libs/vault';

export interface ApplicantContext {
  readonly secrets: Secrets;
  readonly registryKeys: RegistryKeys;
}

export interface StartContext extends StepContext, ApplicantContext, RiskContext {
  readonly policy: IdentityPolicy;
  readonly availableMethods: readonly IdentityMethod[];
  readonly terms: TermsCatalogue;
  readonly receipts: ReceiptSigner;
  readonly identityLimits: IdentityLimits;
  /** For pseudonyms and for keys of persons who may not exist. */
  readonly pseudonymKey: KeyObject;
}
