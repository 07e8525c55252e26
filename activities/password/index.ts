import type { ResetPassword, SubmitPassword } from '#libs/domain';
import type { RegistryKeys } from '#libs/vault';
import type { IdentityContext } from '#activities/identity';
import { checkPassword } from './check.js';
import type { PasswordHashing } from './hashing.js';
import { resetPassword } from './reset.js';

export interface PasswordContext extends IdentityContext {
  readonly hashing: PasswordHashing;
  readonly registryKeys: RegistryKeys;
  /** How many of the last passwords, the one in force among them, may not be set again. */
  readonly rememberedPasswords: number;
}

/** The steps of the certificate password; each of them throws HashingBusy where too many are at work. */
export function createPasswordSteps(context: PasswordContext) {
  const { hashing } = context;
  return {
    checkPassword: (reissueId: string, message: SubmitPassword) =>
      hashing.admit(() => checkPassword(context, reissueId, message)),
    resetPassword: (reissueId: string, message: ResetPassword) =>
      hashing.admit(() => resetPassword(context, reissueId, message)),
  };
}
export type PasswordSteps = ReturnType<typeof createPasswordSteps>;

export { PasswordHashing, HashingBusy, defaultHashingCost } from './hashing.js';
export type { HashingCost, HashingLimits } from './hashing.js';
