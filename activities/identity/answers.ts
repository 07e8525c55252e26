import type { VerificationResult } from '#libs/contracts';
import { koreanDayOf, type AnswerChallenges, type PreparedStep } from '#libs/domain';
import {
  challengesById,
  countTryOfDay,
  destroyPhoto,
  identityMethod,
  identityTriesOf,
  insertIdentityTry,
  returnTryOfDay,
  setChallengeState,
  updateIdentityMethod,
  type ChallengeRow,
  type IdentityTryRow,
} from '#libs/db/identity';
import {
  done,
  failed,
  proceed,
  proceedAgain,
  refused,
  runStep,
  tooFrequent,
  type StepEnding,
  type ReissueChange,
} from '#activities/step';
import { limitsOf } from './challenges.js';
import type { IdentityContext, ProviderContext } from './context.js';
import { concludeIdentity } from './conclude.js';
import { namesUnknownPhoto, photosOfAcceptedAnswers } from './photos.js';

/**
 * Reserves a try for each answer before it is compared, in a separate transaction. The limit of tries therefore holds even
 * if answers arrive at the same time or a process dies in between.
 */
export async function reserveTries(
  context: ProviderContext,
  reissueId: string,
  message: AnswerChallenges,
): Promise<PreparedStep> {
  const opened = await Promise.all(
    message.answers.map(async ({ challengeId, answer }) => {
      const secret = await context.secrets.open(answer, 'identity', reissueId);
      return secret === undefined ? undefined : ([challengeId, secret] as const);
    }),
  );
  const readable = opened.filter((each) => each !== undefined);
  return runStep(context, reissueId, message, 'answerChallenges', async (change) => {
    const reserved = await identityTriesOf(change.tx, reissueId, message.updateId);
    if (reserved.length > 0) return proceedAgain;
    if (readable.length < opened.length) return refused('ENVELOPE_REFUSED');
    return reserveAll(context, change, message, new Map(readable));
  });
}

async function reserveAll(
  context: ProviderContext,
  change: ReissueChange,
  message: AnswerChallenges,
  answers: ReadonlyMap<string, string>,
): Promise<StepEnding> {
  const { tx, row, now } = change;
  const ids = message.answers.map(({ challengeId }) => challengeId);
  const challenges = await challengesById(tx, row.reissue_id, ids);
  if (challenges.length !== ids.length || challenges.some(({ state }) => state !== 'SENT'))
    return refused('UNKNOWN_CHALLENGE');
  if (await namesUnknownPhoto(context, tx, row.reissue_id, challenges, answers))
    return refused('UNKNOWN_PHOTO');
  const malformed = malformedAnswers(context, challenges, message, answers);
  if (malformed.length > 0) return failed('ANSWER_MALFORMED', { errors: malformed });

  const requester = { ...row, origin: message.origin };
  const compared = challenges.filter(({ expires_at }) => expires_at > now).map(({ method }) => method);
  const allowance = await context.identityLimits.answer(tx, requester, compared, now);
  if (!allowance.allowed) return tooFrequent(allowance.retryAfterMs);

  for (const challenge of challenges)
    await insertIdentityTry(tx, {
      reissue_id: row.reissue_id,
      update_id: message.updateId,
      challenge_id: challenge.challenge_id,
      state: challenge.expires_at <= now ? 'EXPIRED' : await reserveOne(context, change, challenge, message),
      verdict: null,
      ci: null,
    });
  change.set({ pending_message: JSON.stringify(message) });
  return proceed;
}

/** The answers with a wrong form. They are typing errors: they are not compared and cost no try. */
function malformedAnswers(
  { providers }: ProviderContext,
  challenges: readonly ChallengeRow[],
  message: AnswerChallenges,
  answers: ReadonlyMap<string, string>,
): { pointer: string; message: string }[] {
  return message.answers.flatMap(({ challengeId }, index) => {
    const method = challenges.find((each) => each.challenge_id === challengeId)?.method;
    const accepted = method && providers.get(method)?.accepts(answers.get(challengeId) ?? '');
    return accepted ? [] : [{ pointer: `#/answers/${index}/answer`, message: 'is no answer to this method' }];
  });
}

async function reserveOne(
  context: IdentityContext,
  { tx, row, now }: ReissueChange,
  { method }: ChallengeRow,
  { origin }: AnswerChallenges,
): Promise<'GRANTED' | 'LOCKED'> {
  const limits = limitsOf(context, method);
  const { tries, locked } = await identityMethod(tx, row.reissue_id, method);
  if (locked || tries >= limits.attempts) return 'LOCKED';
  const personFrom = context.identityLimits.personFrom(row.person_key, origin);
  if (!(await countTryOfDay(tx, personFrom, method, koreanDayOf(now), limits.attemptsPerDay)))
    return 'LOCKED';
  await updateIdentityMethod(tx, row.reissue_id, method, { tries: tries + 1 });
  return 'GRANTED';
}

/** Records the verdicts of the providers in the reissue and decides whether identity is verified. */
export async function recordAnswers(
  context: ProviderContext,
  reissueId: string,
  message: AnswerChallenges,
): Promise<PreparedStep> {
  const photos = await photosOfAcceptedAnswers(context, reissueId, message);
  return runStep(
    context,
    reissueId,
    message,
    'answerChallenges',
    async (change) => {
      const tries = await identityTriesOf(change.tx, reissueId, message.updateId);
      const challenges = await challengesById(
        change.tx,
        reissueId,
        tries.map((each) => each.challenge_id),
      );
      // The same order as at the reservation, so that two steps never deadlock on their counters.
      const results = new Map<string, VerificationResult>();
      for (const challenge of challenges) {
        const tried = tries.find((each) => each.challenge_id === challenge.challenge_id);
        if (!tried) continue;
        const result = await recordAnswer(context, change, challenge, tried, message);
        results.set(challenge.challenge_id, result);
        const photoId = photos.get(challenge.challenge_id);
        if (photoId && result.accepted) change.add(destroyPhoto(change.tx, reissueId, photoId));
      }
      const superseded = await concludeIdentity(context, change);
      const inMessageOrder = message.answers.flatMap(({ challengeId }) => results.get(challengeId) ?? []);
      return done({ results: inMessageOrder }, superseded);
    },
    { lockPerson: true },
  );
}

/** Records one answer. Only the audit entry holds the reason if it was wrong. */
async function recordAnswer(
  context: IdentityContext,
  change: ReissueChange,
  challenge: ChallengeRow,
  tried: IdentityTryRow,
  message: AnswerChallenges,
): Promise<VerificationResult> {
  const result = await applyVerdict(context, change, challenge, tried, message);
  change.audit({
    actor: 'customer',
    action: 'answerChallenge',
    outcome: result.accepted ? 'ACCEPTED' : (result.reason ?? 'WRONG'),
    reason: tried.finding,
    details: { method: challenge.method, challengeId: challenge.challenge_id },
  });
  return result;
}

async function applyVerdict(
  context: IdentityContext,
  change: ReissueChange,
  challenge: ChallengeRow,
  tried: IdentityTryRow,
  { origin }: AnswerChallenges,
): Promise<VerificationResult> {
  const { tx, row, now } = change;
  const { challenge_id: challengeId, method } = challenge;
  const progress = await identityMethod(tx, row.reissue_id, method);
  if (tried.verdict === 'MATCHED') {
    await setChallengeState(tx, [challengeId], 'ACCEPTED');
    const personFrom = context.identityLimits.personFrom(row.person_key, origin);
    await returnTryOfDay(tx, personFrom, method, koreanDayOf(now));
    await updateIdentityMethod(tx, row.reissue_id, method, {
      verified_at: now,
      ci: tried.ci,
      tries: progress.tries - 1,
    });
    return { challengeId, accepted: true };
  }
  if (tried.state === 'EXPIRED' || tried.verdict === 'EXPIRED')
    return { challengeId, accepted: false, reason: 'EXPIRED' };
  const locked = tried.state === 'LOCKED' || progress.tries >= limitsOf(context, method).attempts;
  if (locked && !progress.locked) {
    await updateIdentityMethod(tx, row.reissue_id, method, { locked: true });
    if (await context.identityLimits.allowLockNotification(tx, row, now))
      change.notify.push('IDENTITY_LOCKED');
  }
  return { challengeId, accepted: false, reason: locked ? 'LOCKED' : 'WRONG' };
}
