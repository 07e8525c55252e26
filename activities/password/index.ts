import type { ResetPassword, SubmitPassword } from '#libs/domain';
import type { IdentityContext } from '#activities/identity';
import { checkPassword } from './check.js';
import type { PasswordHashing } from './hashing.js';
import { resetPassword } from './reset.js';

export interface PasswordContext extends IdentityContext {
  readonly hashing: PasswordHashing;
}

/** The steps of the certificate password. */
export function createPasswordSteps(context: PasswordContext) {
  return {
    checkPassword: (reissueId: string, message: SubmitPassword) => checkPassword(context, reissueId, message),
    resetPassword: (reissueId: string, message: ResetPassword) => resetPassword(context, reissueId, message),
  };
}
export type PasswordSteps = ReturnType<typeof createPasswordSteps>;

export { PasswordHashing, defaultHashingCost } from './hashing.js';
export type { HashingCost } from './hashing.js';
