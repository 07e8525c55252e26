import { brokenPasswordRules, passwordAttempts, type PreparedStep, type ResetPassword } from '#libs/domain';
import { replaceVerifier } from '#libs/db';
import { assessReissue } from '#activities/identity';
import { BrokenInvariant, done, failed, refused, takeStep, type ReissueChange } from '#activities/step';
import type { PasswordContext } from './index.js';

/**
 * Sets a new certificate password. It needs two identity methods in all, neither of them the old certificate;
 * where one is missing the reissue goes back to ask for it, and the new password is sent again afterwards.
 */
export async function resetPassword(
  context: PasswordContext,
  reissueId: string,
  message: ResetPassword,
): Promise<PreparedStep> {
  const password = await context.secrets.open(message.newPassword, 'password', reissueId);
  const broken = password === undefined ? [] : brokenPasswordRules(password);
  const verifier =
    password === undefined || broken.length > 0 ? undefined : await context.hashing.hash(password);

  return takeStep(context, reissueId, message, 'resetPassword', async (change) => {
    if (password === undefined) return refused('ENVELOPE_REFUSED');
    if (!verifier)
      return failed('PASSWORD_RULES', {
        errors: broken.map((code) => ({ pointer: '/newPassword', message: code })),
      });
    if (await lacksIdentity(context, change)) return failed('MORE_IDENTITY_NEEDED');

    const { tx, row, now } = change;
    if (!row.customer_id) throw new BrokenInvariant('identity is verified without a customer');
    await replaceVerifier(tx, row.customer_id, verifier, now);
    change.set({ password_verified_at: now, password_attempts: passwordAttempts, resetting: false });
    change.move('resetPassword', 'CONSENT_REQUIRED', 'reseal.reissue.password-reset.v1');
    change.notify.push('PASSWORD_RESET');
    return done();
  });
}

/** Goes back to ask for what is missing; where no further method can be had, the old password is still asked for. */
async function lacksIdentity(context: PasswordContext, change: ReissueChange): Promise<boolean> {
  const { complete, impossible, methods, attemptsLeft } = await assessReissue(
    context,
    change.tx,
    change.row,
    {
      resetting: true,
    },
  );
  if (complete || impossible) return impossible;
  change.set({ resetting: true, methods: [...methods], identity_attempts: attemptsLeft });
  change.move('resetPassword', 'IDENTITY_REQUIRED', 'reseal.reissue.identity-reopened.v1', {
    code: 'RESET_NEEDS_MORE',
  });
  return true;
}
