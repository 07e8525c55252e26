export { customerKeyOf } from './customer-keys.js';
export { NumberAccess, sealNewNumber, sealNumber } from './numbers.js';
export { rotateRegistry } from './rotate.js';
export { eraseCustomer, eraseWholeCustomer } from './erase.js';
export { registryStatus } from './status.js';
export type { RegistryStatus } from './status.js';
