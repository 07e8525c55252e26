import type { IdentityContext } from '#activities/identity';
import type { RegistryKeys } from '#libs/vault';
import type { PasswordHashing } from './hashing.js';

export interface PasswordContext extends IdentityContext {
  readonly hashing: PasswordHashing;
  readonly registryKeys: RegistryKeys;
  /** How many of the last passwords, including the current one, may not be set again. */
  readonly rememberedPasswords: number;
}
