import { createHash } from 'node:crypto';
import type { Challenge } from '#libs/contracts';
import type { IdentityMethod, PreparedStep, RequestChallenges, StartReissue } from '#libs/domain';
import {
  challengesOfUpdate,
  customerById,
  identityMethod,
  identityMethodsOf,
  replaceChallenge,
  setChallengeState,
  updateIdentityMethod,
  type ChallengeRow,
  type CustomerRow,
  type ReissueRow,
} from '#libs/db';
import {
  BrokenInvariant,
  done,
  proceed,
  proceedAgain,
  refused,
  takeStep,
  type Ending,
  type ReissueChange,
} from '#activities/step';
import type { IdentityContext } from './context.js';

/** Sending a code again resets nothing: tries and sends count per reissue and method. */
export async function requestChallenges(
  context: IdentityContext,
  reissueId: string,
  message: RequestChallenges,
): Promise<PreparedStep> {
  return takeStep(context, reissueId, message, 'requestChallenges', (change) =>
    prepareChallenges(context, change, message, message.methods),
  );
}

/** Writes the challenges that are to be sent. Run again for the same message it finds them written. */
export async function prepareChallenges(
  context: Pick<IdentityContext, 'policy'>,
  change: ReissueChange,
  message: StartReissue | RequestChallenges,
  methods: readonly IdentityMethod[],
): Promise<Ending> {
  const { tx, row, now } = change;
  const prepared = await challengesOfUpdate(tx, row.reissue_id, message.updateId);
  if (prepared.length > 0) return proceedAgain;

  if (methods.some((method) => !row.methods.includes(method))) return refused('METHOD_NOT_OFFERED');
  const progress = new Map<IdentityMethod, { sends: number }>();
  for (const method of methods) {
    const { locked, sends } = await identityMethod(tx, row.reissue_id, method);
    if (locked) return refused('METHOD_LOCKED');
    if (sends >= limitsOf(context, method).sends) return refused('TOO_MANY_SENDS');
    progress.set(method, { sends });
  }

  const customer = row.customer_id ? await customerById(tx, row.customer_id) : undefined;
  for (const [method, { sends }] of progress) {
    await updateIdentityMethod(tx, row.reissue_id, method, { sends: sends + 1 });
    await replaceChallenge(tx, {
      challenge_id: `ch_${digest(row.reissue_id, message.updateId, method)}`,
      reissue_id: row.reissue_id,
      update_id: message.updateId,
      method,
      transaction_id: `tx_${digest('transaction', row.reissue_id, message.updateId, method)}`,
      hint: hintOf(method, row, customer),
      state: 'PREPARED',
      deliverable: method === 'PHONE_CODE' || customer !== undefined,
      expires_at: new Date(now.getTime() + limitsOf(context, method).lifetimeMs),
      created_at: now,
    });
  }
  change.set({ pending_message: JSON.stringify(message) });
  return proceed;
}

/** The challenges went out: their time runs from now. */
export async function settleChallenges(
  context: IdentityContext,
  reissueId: string,
  message: StartReissue | RequestChallenges,
): Promise<PreparedStep> {
  return takeStep(context, reissueId, message, 'requestChallenges', async ({ tx, now }) => {
    const challenges = await challengesOfUpdate(tx, reissueId, message.updateId);
    const shown: Challenge[] = [];
    const methods = await identityMethodsOf(tx, reissueId);
    for (const challenge of challenges) {
      const limits = limitsOf(context, challenge.method);
      const expiresAt = new Date(now.getTime() + limits.lifetimeMs);
      await setChallengeState(tx, [challenge.challenge_id], 'SENT', expiresAt);
      const tries = methods.find(({ method }) => method === challenge.method)?.tries ?? 0;
      shown.push(showChallenge(challenge, expiresAt, limits.attempts - tries));
    }
    return done({ challenges: shown });
  });
}

function showChallenge(challenge: ChallengeRow, expiresAt: Date, remainingAttempts: number): Challenge {
  return {
    challengeId: challenge.challenge_id,
    method: challenge.method,
    expiresAt: expiresAt.toISOString(),
    remainingAttempts: Math.max(0, remainingAttempts),
    hint: challenge.hint,
  };
}

/** The limits of a method; a policy that offers a method without limits is refused when it is read. */
export function limitsOf(context: Pick<IdentityContext, 'policy'>, method: IdentityMethod) {
  const limits = context.policy.limits[method];
  if (!limits) throw new BrokenInvariant(`the identity policy has no limits for ${method}`);
  return limits;
}

/**
 * Where a code went, masked. For a person the bank does not know the account is made up from the person key:
 * always the same, and of the same form as a real one.
 */
function hintOf(method: IdentityMethod, row: ReissueRow, customer: CustomerRow | undefined): string {
  if (method === 'PHONE_CODE')
    return `${row.applicant_mobile.slice(0, 3)}-****-${row.applicant_mobile.slice(-4)}`;
  const account = customer?.account_number ?? String(parseInt(row.person_key.slice(0, 12), 16));
  return `****${account.slice(-4).padStart(4, '0')}`;
}

function digest(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}
