export { customerKeyOf } from './customer-keys.js';
export { NumberAccess, sealNewNumber } from './numbers.js';
export type { NumberUse } from './numbers.js';
export { rotateRegistry } from './rotate.js';
export type { RegistryRotation, RotationProgress } from './rotate.js';
export { eraseCustomer } from './erase.js';
export type { Erasure } from './erase.js';
export { registryStatus } from './status.js';
export type { RegistryStatus } from './status.js';
