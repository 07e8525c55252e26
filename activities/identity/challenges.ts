import { createHash, randomBytes } from 'node:crypto';
import type { Challenge } from '#libs/contracts';
import {
  unknownCustomerId,
  identityText,
  type IdentityMethod,
  type PreparedStep,
  type RequestChallenges,
  type StartReissue,
} from '#libs/domain';
import { customerById } from '#libs/db/customers';
import {
  challengesOfUpdate,
  identityMethod,
  identityMethodsOf,
  replaceChallenge,
  setChallengeState,
  updateIdentityMethod,
  type ChallengeRow,
} from '#libs/db/identity';
import {
  BrokenInvariant,
  done,
  proceed,
  proceedAgain,
  refused,
  runStep,
  tooFrequent,
  type StepEnding,
  type ReissueChange,
} from '#activities/step';
import { hintOf, isDeliverable } from './destination.js';
import type { IdentityContext } from './context.js';

/** Prepares new challenges. Tries and sends are counted per reissue and method, so a new code resets neither. */
export async function requestChallenges(
  context: IdentityContext,
  reissueId: string,
  message: RequestChallenges,
): Promise<PreparedStep> {
  return runStep(context, reissueId, message, 'requestChallenges', (change) =>
    prepareChallenges(context, change, message, message.methods),
  );
}

/** Inserts the challenges. A second run for the same message finds them in the database. */
export async function prepareChallenges(
  context: Pick<IdentityContext, 'policy' | 'availableMethods' | 'identityLimits'>,
  change: ReissueChange,
  message: StartReissue | RequestChallenges,
  methods: readonly IdentityMethod[],
): Promise<StepEnding> {
  const { tx, row, now } = change;
  const prepared = await challengesOfUpdate(tx, row.reissue_id, message.updateId);
  if (prepared.length > 0) return proceedAgain;

  // A method may have lost its provider since it was offered.
  const offered = row.methods.filter((method) => context.availableMethods.includes(method));
  if (methods.some((method) => !offered.includes(method))) return refused('METHOD_NOT_OFFERED');
  const progress = new Map<IdentityMethod, { sends: number }>();
  for (const method of methods) {
    const { locked, sends } = await identityMethod(tx, row.reissue_id, method);
    if (locked) return refused('METHOD_LOCKED');
    if (sends >= limitsOf(context, method).sends) return refused('TOO_MANY_SENDS');
    progress.set(method, { sends });
  }
  // The first challenges were counted with the start, before the row existed.
  if (message.kind !== 'start') {
    const requester = { ...row, origin: message.origin };
    const allowance = await context.identityLimits.send(tx, requester, methods, now);
    if (!allowance.allowed) return tooFrequent(allowance.retryAfterMs);
  }

  // Unknown persons are looked up too, so that their answers take equally long.
  const customer = await customerById(tx, row.customer_id ?? unknownCustomerId);
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
      deliverable: isDeliverable(method, row, customer),
      nonce: method === 'OLD_CERTIFICATE' ? randomBytes(32).toString('base64url') : null,
      expires_at: new Date(now.getTime() + limitsOf(context, method).lifetimeMs),
      created_at: now,
    });
  }
  change.set({ pending_message: JSON.stringify(message) });
  return proceed;
}

/** Marks the challenges as sent. Their lifetime begins now. */
export async function recordChallenges(
  context: IdentityContext,
  reissueId: string,
  message: StartReissue | RequestChallenges,
): Promise<PreparedStep> {
  return runStep(context, reissueId, message, 'requestChallenges', async ({ tx, now }) => {
    const challenges = await challengesOfUpdate(tx, reissueId, message.updateId);
    const challengesShown: Challenge[] = [];
    const methods = await identityMethodsOf(tx, reissueId);
    for (const challenge of challenges) {
      const limits = limitsOf(context, challenge.method);
      const expiresAt = new Date(now.getTime() + limits.lifetimeMs);
      await setChallengeState(tx, [challenge.challenge_id], 'SENT', expiresAt);
      const tries = methods.find(({ method }) => method === challenge.method)?.tries ?? 0;
      challengesShown.push(showChallenge(challenge, expiresAt, limits.attempts - tries));
    }
    return done({ challenges: challengesShown });
  });
}

function showChallenge(challenge: ChallengeRow, expiresAt: Date, remainingAttempts: number): Challenge {
  return {
    challengeId: challenge.challenge_id,
    method: challenge.method,
    expiresAt: expiresAt.toISOString(),
    remainingAttempts: Math.max(0, remainingAttempts),
    hint: challenge.hint,
    ...(challenge.nonce === null ? {} : { toSign: toSignOf(challenge, challenge.nonce) }),
  };
}

function toSignOf({ reissue_id, challenge_id }: ChallengeRow, nonce: string): string {
  return Buffer.from(identityText(reissue_id, challenge_id, nonce)).toString('base64url');
}

/** The limits of a method. The configuration refuses a policy that offers a method without limits. */
export function limitsOf(context: Pick<IdentityContext, 'policy'>, method: IdentityMethod) {
  const limits = context.policy.limits[method];
  if (!limits) throw new BrokenInvariant(`the identity policy has no limits for ${method}`);
  return limits;
}

function digest(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}
