import type { VerificationResult } from '#libs/contracts';
import { koreanDayOf, type AnswerChallenges, type IdentityMethod, type PreparedStep } from '#libs/domain';
import type { RoleTx } from '#libs/db';
import type { RiskAnswer } from '#libs/risk';
import {
  acceptChallenges,
  challengesToAnswer,
  countTriesOfDay,
  destroyAcceptedPhotos,
  insertIdentityTries,
  putIdentityMethods,
  returnTriesOfDay,
  setVerdicts,
  triedMethods,
  type AnsweredTry,
  type ChallengeRow,
  type ChallengeToAnswer,
  type IdentityMethodRow,
  type Verdict,
} from '#libs/db/identity';
import {
  assessFirst,
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
import { limitsOf, progressOf } from './challenges.js';
import type { IdentityContext, ProviderContext } from './context.js';
import { concludeIdentity } from './conclude.js';
import { namesUnknownPhoto, photosOf } from './photos.js';

/**
 * Reserves a try for each answer before it is compared, in a separate transaction. The limit of tries therefore holds even
 * if answers arrive at the same time or a process dies in between.
 */
export async function reserveTries(
  context: ProviderContext,
  reissueId: string,
  message: AnswerChallenges,
): Promise<PreparedStep> {
  const handles = message.answers.map(({ answer }) => answer);
  const opened = await context.secrets.openAll(handles, 'identity', reissueId);
  const answers = new Map(
    message.answers.flatMap(({ challengeId, answer }) => {
      const secret = opened.get(answer);
      return secret === undefined ? [] : [[challengeId, secret] as const];
    }),
  );
  const ids = message.answers.map(({ challengeId }) => challengeId);
  return runStep(
    context,
    reissueId,
    message,
    'answerChallenges',
    async (change, challenges) => {
      if (challenges.some(({ reserved }) => reserved)) return proceedAgain;
      if (opened.size < new Set(handles).size) return refused('ENVELOPE_REFUSED');
      if (challenges.length !== ids.length || challenges.some(({ state }) => state !== 'SENT'))
        return refused('UNKNOWN_CHALLENGE');
      return reserveAll(context, change, message, { challenges, answers });
    },
    {
      read: (tx: RoleTx<'worker'>) => challengesToAnswer(tx, { reissueId, updateId: message.updateId }, ids),
    },
  );
}

/** The challenges that a message answers, and the opened answers by challenge. */
interface Answered {
  readonly challenges: readonly ChallengeToAnswer[];
  readonly answers: ReadonlyMap<string, string>;
}

async function reserveAll(
  context: ProviderContext,
  change: ReissueChange,
  message: AnswerChallenges,
  { challenges, answers }: Answered,
): Promise<StepEnding> {
  const { tx, row, now } = change;
  if (await namesUnknownPhoto(context, tx, row.reissue_id, challenges, answers))
    return refused('UNKNOWN_PHOTO');
  const malformed = malformedAnswers(context, challenges, message, answers);
  if (malformed.length > 0) return failed('ANSWER_MALFORMED', { errors: malformed });

  const requester = { ...row, origin: message.origin };
  const open = challenges.filter(({ expires_at }) => expires_at > now).map(progressAtChallenge);
  const methods = open.map(({ method }) => method);
  const allowance = await context.identityLimits.answer(tx, requester, methods, now);
  if (!allowance.allowed) return tooFrequent(allowance.retryAfterMs);

  const granted = await grantTries(context, change, open, message);
  const tries = challenges.map(({ challenge_id, method, expires_at }) => ({
    reissue_id: row.reissue_id,
    update_id: message.updateId,
    challenge_id,
    state:
      expires_at <= now
        ? ('EXPIRED' as const)
        : granted.has(method)
          ? ('GRANTED' as const)
          : ('LOCKED' as const),
    verdict: null,
    ci: null,
  }));
  change.add(insertIdentityTries(tx, tries));
  change.set({ pending_message: JSON.stringify(message) });
  return proceed;
}

/** The progress of the method of a challenge. */
function progressAtChallenge(challenge: ChallengeToAnswer): IdentityMethodRow {
  const { reissue_id, method, tries, sends, locked, verified_at, ci } = challenge;
  return { reissue_id, method, tries, sends, locked, verified_at, ci };
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

/** Counts a try of each of these methods whose limits allow it. @returns these methods */
async function grantTries(
  context: IdentityContext,
  change: ReissueChange,
  methods: readonly IdentityMethodRow[],
  { origin }: AnswerChallenges,
): Promise<ReadonlySet<IdentityMethod>> {
  const { tx, row, now } = change;
  const open = methods.filter(
    ({ method, tries, locked }) => !locked && tries < limitsOf(context, method).attempts,
  );
  const granted = await countTriesOfDay(
    tx,
    { personKey: context.identityLimits.personFrom(row.person_key, origin), day: koreanDayOf(now) },
    new Map(open.map(({ method }) => [method, limitsOf(context, method).attemptsPerDay])),
  );
  const counted = open.filter(({ method }) => granted.has(method));
  if (counted.length > 0)
    change.add(
      putIdentityMethods(
        tx,
        counted.map((each) => ({ ...each, tries: each.tries + 1 })),
      ),
    );
  return granted;
}

/**
 * Records the verdicts of the providers in the reissue and decides whether identity is verified.
 *
 * @param verdicts those that are not in the tries yet
 * @param risk the answer of the provider of risk decisions; the step asks for it if it needs it
 */
export async function recordAnswers(
  context: ProviderContext,
  reissueId: string,
  message: AnswerChallenges,
  verdicts: readonly Verdict[] = [],
  risk?: RiskAnswer,
): Promise<PreparedStep> {
  return runStep(
    context,
    reissueId,
    message,
    'answerChallenges',
    async (change, { tried: stored, used }) => {
      const tried = stored.map((each) => withVerdict(each, verdicts));
      const given =
        verdicts.length > 0
          ? [setVerdicts(change.tx, { reissueId, updateId: message.updateId }, verdicts)]
          : [];
      change.add(...given);
      const progress = new Map(used.map((each) => [each.method, each]));
      const results = new Map<string, VerificationResult>();
      for (const each of tried)
        results.set(each.challenge_id, await recordAnswer(context, change, progress, each));
      await writeVerdicts(context, change, message, tried, progress);
      const simChangedAt = tried.find((each) => each.sim_changed_at)?.sim_changed_at ?? null;
      const last = { origin: message.origin, simChangedAt, risk };
      const { superseded, assess } = await concludeIdentity(context, change, [...progress.values()], last);
      if (assess) return assessFirst(assess, given);
      const inMessageOrder = message.answers.flatMap(({ challengeId }) => results.get(challengeId) ?? []);
      return done({ results: inMessageOrder }, superseded);
    },
    { lockPerson: true, read: (tx: RoleTx<'worker'>) => triedMethods(tx, reissueId, message.updateId) },
  );
}

/** A try with its verdict. A stored one stays. */
function withVerdict(tried: AnsweredTry, verdicts: readonly Verdict[]): AnsweredTry {
  if (tried.verdict !== null) return tried;
  return { ...tried, ...verdicts.find(({ challenge_id }) => challenge_id === tried.challenge_id) };
}

type Progress = Map<IdentityMethod, IdentityMethodRow>;

/** Records one answer. Only the audit entry holds the reason if it was wrong. */
async function recordAnswer(
  context: IdentityContext,
  change: ReissueChange,
  progress: Progress,
  tried: AnsweredTry,
): Promise<VerificationResult> {
  const result = await applyVerdict(context, change, progress, tried);
  change.audit({
    actor: 'customer',
    action: 'answerChallenge',
    outcome: result.accepted ? 'ACCEPTED' : (result.reason ?? 'WRONG'),
    reason: tried.finding,
    details: { method: tried.method, challengeId: tried.challenge_id },
  });
  return result;
}

/** Applies a verdict to the progress of its method. */
async function applyVerdict(
  context: IdentityContext,
  change: ReissueChange,
  progress: Progress,
  { challenge_id: challengeId, method, state, verdict, ci }: AnsweredTry,
): Promise<VerificationResult> {
  const { tx, row, now } = change;
  const before = progress.get(method) ?? progressOf([], row.reissue_id, method);
  if (verdict === 'MATCHED') {
    progress.set(method, { ...before, verified_at: now, ci, tries: before.tries - 1 });
    return { challengeId, accepted: true };
  }
  if (state === 'EXPIRED' || verdict === 'EXPIRED')
    return { challengeId, accepted: false, reason: 'EXPIRED' };
  const locked = state === 'LOCKED' || before.tries >= limitsOf(context, method).attempts;
  if (locked && !before.locked) {
    progress.set(method, { ...before, locked: true });
    if (await context.identityLimits.allowLockNotification(tx, row, now))
      change.notify.push('IDENTITY_LOCKED');
  }
  return { challengeId, accepted: false, reason: locked ? 'LOCKED' : 'WRONG' };
}

/** Adds what the verdicts change: the methods' progress, and for right answers the challenges, tries and photos. */
async function writeVerdicts(
  context: ProviderContext,
  change: ReissueChange,
  message: AnswerChallenges,
  tried: readonly AnsweredTry[],
  progress: Progress,
): Promise<void> {
  const { tx, row, now } = change;
  const changed = tried.flatMap(({ method }) => progress.get(method) ?? []);
  if (changed.length > 0) change.add(putIdentityMethods(tx, changed));
  const accepted = tried.filter(({ verdict }) => verdict === 'MATCHED');
  if (accepted.length === 0) return;
  const ids = accepted.map(({ challenge_id }) => challenge_id);
  const personKey = context.identityLimits.personFrom(row.person_key, message.origin);
  const methods = accepted.map(({ method }) => method);
  change.add(acceptChallenges(tx, ids), returnTriesOfDay(tx, { personKey, day: koreanDayOf(now) }, methods));
  const photos = await photosOf(context, tx, row.reissue_id, message, accepted);
  if (photos.length > 0) change.add(destroyAcceptedPhotos(tx, row.reissue_id, photos));
}
