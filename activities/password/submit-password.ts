import { passwordAttempts, type PreparedStep, type SubmitPassword } from '#libs/domain';
import type { RoleTx } from '#libs/db';
import {
  recordPasswordTry,
  lockPasswordCredential,
  lockTriedCredential,
  passwordTriesUnderWay,
  setPasswordVerdict,
  updateCredential,
  type PasswordCredentialRow,
  type TriedCredential,
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
  let credential: TriedCredential | undefined;

  const reserved = await runStep(
    context,
    reissueId,
    message,
    'submitPassword',
    async (change, locked) => {
      if (password === undefined) return refused('ENVELOPE_REFUSED');
      if (!locked) return refused('NO_PASSWORD_ON_FILE');
      credential = locked;
      return reserveTry(change, locked, message.updateId);
    },
    { read: (tx: RoleTx<'worker'>) => lockTriedCredential(tx, { reissueId, updateId: message.updateId }) },
  );
  if (!reserved.proceed || !credential || password === undefined) return reserved;

  const { customer_id: customerId, verifier } = credential;
  const compared = await compare(context, verifier, password);
  return runStep(
    context,
    reissueId,
    message,
    'submitPassword',
    async (change, [current, underWay]) => recordCheck(change, compared, message.updateId, current, underWay),
    {
      read: (tx: RoleTx<'worker'>) =>
        Promise.all([
          lockPasswordCredential(tx, customerId),
          compared.matches ? passwordTriesUnderWay(tx, customerId, reissueId) : 0,
        ]),
    },
  );
}

/**
 * Reserves a try for the current password. A try that was reserved before a reset is not valid after it, because the
 * reset gave all tries back.
 */
function reserveTry(
  change: ReissueChange,
  {
    customer_id: customerId,
    wrong_tries: wrongTries,
    set_at: setAt,
    granted,
    password_set_at: triedSetAt,
  }: TriedCredential,
  updateId: string,
): StepEnding {
  const { tx, row } = change;
  if (granted && (triedSetAt ?? setAt).getTime() === setAt.getTime()) return proceedAgain;
  if (wrongTries >= passwordAttempts) return lockedOut(change);
  change.add(
    recordPasswordTry(tx, { reissueId: row.reissue_id, updateId, passwordSetAt: setAt }),
    updateCredential(tx, customerId, { wrong_tries: wrongTries + 1 }),
  );
  return granted === null ? proceed : proceedAgain;
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

/** @param underWay tries at the same password that are being compared in other reissues */
function recordCheck(
  change: ReissueChange,
  { matches, verifier, upgraded }: Comparison,
  updateId: string,
  credential: PasswordCredentialRow | undefined,
  underWay: number,
): StepEnding {
  const { tx, row, now } = change;
  if (!credential) return refused('NO_PASSWORD_ON_FILE');
  // The retry compares with the new password.
  if (credential.verifier !== verifier) throw new Error('the password was reset during the comparison');
  const tried = { reissueId: row.reissue_id, updateId };
  change.add(setPasswordVerdict(tx, tried, matches ? 'MATCHED' : 'MISMATCHED'));
  if (!matches) return wrong(change, credential);

  // A right password gives back the wrong tries, but not those that are still being compared.
  change.add(
    updateCredential(tx, credential.customer_id, {
      wrong_tries: underWay,
      ...(upgraded ? { verifier: upgraded } : {}),
    }),
  );
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
