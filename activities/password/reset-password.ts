import {
  accepts,
  passwordAttempts,
  type PasswordRuleCode,
  type PreparedStep,
  type ResetPassword,
} from '#libs/domain';
import { inTransaction } from '#libs/db';
import { recordPasswordReset, replaceVerifier } from '#libs/db/identity';
import { findReissue } from '#libs/db/reissues';
import { assessReissue } from '#activities/identity';
import { BrokenInvariant, done, failed, refused, runStep, type ReissueChange } from '#activities/step';
import type { PasswordContext } from './context.js';
import { brokenRules } from './new-password.js';

/**
 * Sets a new certificate password. This needs two identity methods in all, neither of them the old certificate. If one
 * is missing, the reissue goes back to identity verification, and the client sends the new password again afterwards.
 */
export async function resetPassword(
  context: PasswordContext,
  reissueId: string,
  message: ResetPassword,
): Promise<PreparedStep> {
  const password = await context.secrets.open(message.newPassword, 'password', reissueId);
  const chosen = password === undefined ? undefined : await judgeNewPassword(context, reissueId, password);

  return runStep(context, reissueId, message, 'resetPassword', async (change) => {
    if (password === undefined) return refused('ENVELOPE_REFUSED');
    if (await lacksIdentity(context, change)) return failed('MORE_IDENTITY_NEEDED');
    if (!chosen) throw new Error('the reissue reached this step before its password was judged');
    if (!('verifier' in chosen))
      return failed('PASSWORD_RULES', {
        errors: chosen.broken.map((code) => ({ pointer: '#/newPassword', code, message: code })),
      });

    const { tx, row, now } = change;
    if (!row.customer_id) throw new BrokenInvariant('identity is verified without a customer');
    await replaceVerifier(tx, row.customer_id, chosen.verifier, now, context.rememberedPasswords);
    change.add(recordPasswordReset(tx, { reissueId: row.reissue_id, updateId: message.updateId }));
    change.set({ password_verified_at: now, password_attempts: passwordAttempts, resetting: false });
    change.move('resetPassword', 'CONSENT_REQUIRED', 'reseal.reissue.password-reset.v1');
    change.notify.push('PASSWORD_RESET');
    return done();
  });
}

type JudgedPassword = { readonly verifier: string } | { readonly broken: readonly PasswordRuleCode[] };

/**
 * Judges and hashes a new password, outside any transaction. Only for an applicant who may set one: the judgement
 * compares with the current password, and would otherwise confirm a guess at it without costing a try.
 */
async function judgeNewPassword(
  context: PasswordContext,
  reissueId: string,
  password: string,
): Promise<JudgedPassword | undefined> {
  const customerId = await inTransaction(context.db, async (tx) => {
    const row = await findReissue(tx, reissueId);
    if (!row || !accepts(row.state, 'resetPassword')) return undefined;
    const { complete } = await assessReissue(context, tx, row, { resetting: true });
    return complete ? row.customer_id : undefined;
  });
  if (!customerId) return undefined;
  const broken = await brokenRules(context, reissueId, customerId, password);
  return broken.length > 0 ? { broken } : { verifier: await context.hashing.hash(password) };
}

/** Goes back to identity verification if a method is missing. @returns true also if no method is left to add */
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
