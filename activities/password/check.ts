import { passwordAttempts, type PreparedStep, type SubmitPassword } from '#libs/domain';
import {
  insertPasswordTry,
  lockPasswordCredential,
  passwordTry,
  setWrongTries,
  upgradeVerifier,
  type PasswordCredentialRow,
} from '#libs/db';
import {
  done,
  failed,
  proceed,
  proceedAgain,
  refused,
  takeStep,
  type Ending,
  type ReissueChange,
} from '#activities/step';
import type { PasswordContext } from './index.js';

/**
 * Compares the certificate password. The try is reserved and committed, then the hash is compared outside any
 * transaction, then the outcome is recorded: no crash and no crowd gives anybody a sixth try.
 */
export async function checkPassword(
  context: PasswordContext,
  reissueId: string,
  message: SubmitPassword,
): Promise<PreparedStep> {
  const password = await context.secrets.open(message.password, 'password', reissueId);
  let credential: PasswordCredentialRow | undefined;
  let granted = false;

  const reserved = await takeStep(context, reissueId, message, 'submitPassword', async (change) => {
    if (password === undefined) return refused('ENVELOPE_REFUSED');
    const { tx, row } = change;
    credential = row.customer_id ? await lockPasswordCredential(tx, row.customer_id) : undefined;
    if (!credential) return refused('NO_PASSWORD_ON_FILE');
    const before = await passwordTry(tx, reissueId, message.updateId);
    granted = before ? before.granted : await reserveTry(change, credential, message.updateId);
    return before ? proceedAgain : proceed;
  });
  if (!reserved.proceed || !credential || password === undefined) return reserved;

  const compared = await compare(context, granted, credential.verifier, password);
  return takeStep(context, reissueId, message, 'submitPassword', (change) => recordCheck(change, compared));
}

/** What a password was compared with, and what came of it. */
interface Compared {
  readonly verifier: string;
  readonly matches: boolean;
  /** The right password at today's cost, where the verifier was made at another. */
  readonly upgraded?: string;
}

async function compare(
  { hashing }: PasswordContext,
  granted: boolean,
  verifier: string,
  password: string,
): Promise<Compared> {
  const matches = granted && (await hashing.verify(verifier, password));
  return matches && hashing.isOutdated(verifier)
    ? { verifier, matches, upgraded: await hashing.hash(password) }
    : { verifier, matches };
}

async function reserveTry(
  { tx, row }: ReissueChange,
  credential: PasswordCredentialRow,
  updateId: string,
): Promise<boolean> {
  const granted = credential.wrong_tries < passwordAttempts;
  await insertPasswordTry(tx, row.reissue_id, updateId, granted);
  if (granted) await setWrongTries(tx, credential.customer_id, credential.wrong_tries + 1);
  return granted;
}

async function recordCheck(
  change: ReissueChange,
  { matches, verifier, upgraded }: Compared,
): Promise<Ending> {
  const { tx, row, now } = change;
  const credential = row.customer_id ? await lockPasswordCredential(tx, row.customer_id) : undefined;
  if (!credential) return refused('NO_PASSWORD_ON_FILE');
  // Run again, it finds its try reserved and is compared with the password that is in force now.
  if (credential.verifier !== verifier) throw new Error('the password was set anew while it was compared');
  if (matches) {
    await setWrongTries(tx, credential.customer_id, 0);
    if (upgraded) await upgradeVerifier(tx, credential.customer_id, upgraded);
    change.set({ password_verified_at: now, password_attempts: passwordAttempts });
    change.move('submitPassword', 'CONSENT_REQUIRED', 'reseal.reissue.password-verified.v1');
    return done();
  }
  const left = Math.max(0, passwordAttempts - credential.wrong_tries);
  const justLocked = left === 0 && row.password_attempts !== 0;
  change.set({ password_attempts: left });
  if (left > 0) return failed('PASSWORD_WRONG');
  if (justLocked) {
    change.announce('reseal.reissue.password-locked.v1', { code: 'PASSWORD_LOCKED' });
    change.notify.push('PASSWORD_LOCKED');
  }
  return failed('PASSWORD_LOCKED');
}
