export { customerKeyOf } from './customer-keys.js';
export { NumberAccess, sealNewNumber } from './numbers.js';
export { rotateRegistry } from './rotate.js';
export { eraseCustomer } from './erase.js';
export { registryStatus } from './status.js';
export type { RegistryStatus } from './status.js';
