import { passwordAttempts, type PreparedStep, type SubmitPassword } from '#libs/domain';
import {
  recordPasswordTry,
  lockPasswordCredential,
  passwordTriesUnderWay,
  passwordTry,
  setPasswordVerdict,
  setWrongTries,
  upgradeVerifier,
  type PasswordCredentialRow,
} from '#libs/db/identity';
import {
  done,
  failed,
  proceed,
  proceedAgain,
  refused,
  runStep,
  type StepEnding,
  type ReissueChange,
} from '#activities/step';
import type { PasswordContext } from './context.js';

/**
 * Checks the certificate password. One transaction reserves the try, then the hash is compared outside any transaction,
 * and another transaction records the outcome. Neither a crash nor parallel calls give an applicant a sixth try.
 */
export async function submitPassword(
  context: PasswordContext,
  reissueId: string,
  message: SubmitPassword,
): Promise<PreparedStep> {
  const password = await context.secrets.open(message.password, 'password', reissueId);
  let credential: PasswordCredentialRow | undefined;

  const reserved = await runStep(context, reissueId, message, 'submitPassword', async (change) => {
    if (password === undefined) return refused('ENVELOPE_REFUSED');
    const { tx, row } = change;
    credential = row.customer_id ? await lockPasswordCredential(tx, row.customer_id) : undefined;
    if (!credential) return refused('NO_PASSWORD_ON_FILE');
    return reserveTry(change, credential, message.updateId);
  });
  if (!reserved.proceed || !credential || password === undefined) return reserved;

  const compared = await compare(context, credential.verifier, password);
  return runStep(context, reissueId, message, 'submitPassword', (change) =>
    recordCheck(change, compared, message.updateId),
  );
}

/**
 * Reserves a try for the current password. A try that was reserved before a reset is not valid after it, because the
 * reset gave all tries back.
 */
async function reserveTry(
  change: ReissueChange,
  { customer_id: customerId, wrong_tries: wrongTries, set_at: setAt }: PasswordCredentialRow,
  updateId: string,
): Promise<StepEnding> {
  const { tx, row } = change;
  const before = await passwordTry(tx, row.reissue_id, updateId);
  if (before?.granted && (before.password_set_at ?? setAt).getTime() === setAt.getTime()) return proceedAgain;
  if (wrongTries >= passwordAttempts) return lockedOut(change);
  await recordPasswordTry(tx, { reissueId: row.reissue_id, updateId, passwordSetAt: setAt });
  await setWrongTries(tx, customerId, wrongTries + 1);
  return before ? proceedAgain : proceed;
}

/** The result of a comparison, and the verifier that it used. */
interface Comparison {
  readonly verifier: string;
  readonly matches: boolean;
  /** The right password hashed at the present cost, if the verifier has another. */
  readonly upgraded?: string;
}

async function compare(
  { hashing }: PasswordContext,
  verifier: string,
  password: string,
): Promise<Comparison> {
  const matches = await hashing.verify(verifier, password);
  return matches && hashing.isOutdated(verifier)
    ? { verifier, matches, upgraded: await hashing.hash(password) }
    : { verifier, matches };
}

async function recordCheck(
  change: ReissueChange,
  { matches, verifier, upgraded }: Comparison,
  updateId: string,
): Promise<StepEnding> {
  const { tx, row, now } = change;
  const credential = row.customer_id ? await lockPasswordCredential(tx, row.customer_id) : undefined;
  if (!credential) return refused('NO_PASSWORD_ON_FILE');
  // The retry compares with the new password.
  if (credential.verifier !== verifier) throw new Error('the password was reset during the comparison');
  const tried = { reissueId: row.reissue_id, updateId };
  await setPasswordVerdict(tx, tried, matches ? 'MATCHED' : 'MISMATCHED');
  if (!matches) return wrong(change, credential);

  // A right password gives back the wrong tries, but not those that are still being compared.
  const underWay = await passwordTriesUnderWay(tx, credential, row.reissue_id);
  await setWrongTries(tx, credential.customer_id, underWay);
  if (upgraded) await upgradeVerifier(tx, credential.customer_id, upgraded);
  change.set({ password_verified_at: now, password_attempts: passwordAttempts - underWay });
  change.move('submitPassword', 'CONSENT_REQUIRED', 'reseal.reissue.password-verified.v1');
  return done();
}

function wrong(change: ReissueChange, { wrong_tries: wrongTries }: PasswordCredentialRow): StepEnding {
  if (wrongTries >= passwordAttempts) return lockedOut(change);
  change.set({ password_attempts: passwordAttempts - wrongTries });
  return failed('PASSWORD_WRONG');
}

/** Locks the password when no try is left. The customer is notified once. */
function lockedOut(change: ReissueChange): StepEnding {
  const justLocked = change.row.password_attempts !== 0;
  change.set({ password_attempts: 0 });
  if (justLocked) {
    change.publish('reseal.reissue.password-locked.v1', { code: 'PASSWORD_LOCKED' });
    change.notify.push('PASSWORD_LOCKED');
  }
  return failed('PASSWORD_LOCKED');
}
