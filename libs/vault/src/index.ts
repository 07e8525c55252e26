export {
  defaultMaxAgeMs,
  envelopeAlg,
  envelopeEnc,
  EnvelopeError,
  envelopeRefusals,
  maxEnvelopeLength,
  envelopePurposes,
} from './envelope.js';
export type {
  EnvelopeBinding,
  EnvelopeExpectation,
  EnvelopeHeader,
  EnvelopeRefusal,
  EnvelopePurpose,
} from './envelope.js';
export { inspectEnvelope } from './inspect-envelope.js';
export { openEnvelope } from './open-envelope.js';
export type { VaultKeys } from './open-envelope.js';
export { CustomerKey, newCustomerKey, unwrapCustomerKey } from './customer-key.js';
export type { WrappedCustomerKey } from './customer-key.js';
export { rrnLookup, rrnLookups } from './rrn-lookup.js';
export { openRegistryValue, RegistrySealError, sealRegistryValue } from './registry-seal.js';
export type { RegistryKeys, RegistrySealed } from './registry-seal.js';
export { openParticulars, sealParticulars } from './particulars-seal.js';
export { openPhoto, sealPhoto } from './photo-seal.js';
export type { PhotoName } from './photo-seal.js';
export { vaultHandle } from './vault-handle.js';
export { importVaultKeys, publicVaultKeys } from './vault-keys.js';
export type { JwkSet } from './vault-keys.js';
