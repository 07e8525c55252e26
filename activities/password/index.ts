import type { ResetPassword, SubmitPassword } from '#libs/domain';
import { submitPassword } from './submit-password.js';
import type { PasswordContext } from './context.js';
import { resetPassword } from './reset-password.js';

/** The steps of the certificate password. Each throws HashingBusy when the pool is full. */
export function createPasswordSteps(context: PasswordContext) {
  const { hashing } = context;
  return {
    submitPassword: (reissueId: string, message: SubmitPassword) =>
      hashing.admit(() => submitPassword(context, reissueId, message)),
    resetPassword: (reissueId: string, message: ResetPassword) =>
      hashing.admit(() => resetPassword(context, reissueId, message)),
  };
}
export type PasswordSteps = ReturnType<typeof createPasswordSteps>;

export { PasswordHashing, HashingBusy, defaultHashingCost } from './hashing.js';
