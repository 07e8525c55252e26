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
 * Compares the certificate password. The try is reserved and committed, then the hash is compared outside any
 * transaction, then the outcome is recorded: no crash and no crowd gives anybody a sixth try.
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
 * A try is good for the password it was reserved for: who comes again after a reset needs another one, because the reset
 * gave all tries back.
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

/** What a password was compared with, and what came of it. */
interface Comparison {
  readonly verifier: string;
  readonly matches: boolean;
  /** The right password at today's cost, where the verifier was made at another. */
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
  // Run again, it is compared with the password that is in force now.
  if (credential.verifier !== verifier) throw new Error('the password was set anew while it was compared');
  const tried = { reissueId: row.reissue_id, updateId };
  await setPasswordVerdict(tx, tried, matches ? 'MATCHED' : 'MISMATCHED');
  if (!matches) return wrong(change, credential);

  // Tries still being compared stay counted: a right password gives back what was wrong before, not what is under way.
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

/** No try is left; who was not told yet is told. */
function lockedOut(change: ReissueChange): StepEnding {
  const justLocked = change.row.password_attempts !== 0;
  change.set({ password_attempts: 0 });
  if (justLocked) {
    change.publish('reseal.reissue.password-locked.v1', { code: 'PASSWORD_LOCKED' });
    change.notify.push('PASSWORD_LOCKED');
  }
  return failed('PASSWORD_LOCKED');
}
