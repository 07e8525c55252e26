import { createHash } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import type { AnswerChallenges, IdentityMethod } from '#libs/domain';
import {
  challengesToSend,
  setChallengeProvider,
  setVerdicts,
  triesToCompare,
  type ChallengeRow,
  type ChallengeToSend,
  type TryToCompare,
  type Verdict,
} from '#libs/db/identity';
import type { ReissueRow } from '#libs/db/reissues';
import { RunningCalls } from '#activities/step';
import { carrierOf, mobileOf } from './destination.js';
import type { ProviderContext } from './context.js';
import { RecentCalls } from './recent-calls.js';
import type { IdentityProvider, SendRequest, VerifyRequest, VerifyResult } from './providers/index.js';

interface AnswersToVerify {
  readonly reissueId: string;
  readonly message: AnswerChallenges;
  /** Whether the step may have called the providers already. */
  readonly repeated?: boolean;
}

/** The calls to identity providers. They may run more than once, so each call is keyed by its transaction id. */
export function createProviderCalls(context: ProviderContext) {
  const recent = new RecentCalls();
  const sending = new RunningCalls();
  const comparing = new RunningCalls<readonly Verdict[]>();

  return {
    sendChallenges: ({ reissueId, updateId }: { reissueId: string; updateId: string }): Promise<void> =>
      sending.share(`${reissueId} ${updateId}`, async () => {
        const challenges = await challengesToSend(context.db, reissueId, updateId);
        const calls = challenges.map((challenge) => sendOne(context, recent, challenge));
        throwFirstFailure(await Promise.allSettled(calls));
      }),

    /**
     * Has the answers of a step compared that have no verdict yet.
     *
     * @returns the verdicts, which the caller records; if a call failed, those of the others have been recorded
     */
    compareAnswers: ({
      reissueId,
      message,
      repeated = false,
    }: AnswersToVerify): Promise<readonly Verdict[]> =>
      comparing.share(`${reissueId} ${message.updateId}`, async () => {
        const { updateId } = message;
        const handles = message.answers.map(({ answer }) => answer);
        const [tries, opened] = await Promise.all([
          triesToCompare(context.db, reissueId, updateId),
          context.secrets.openAll(handles, 'identity', reissueId),
        ]);
        const calls = tries.map((each) => compareOne(context, recent, each, { message, opened, repeated }));
        const ended = await Promise.allSettled(calls);
        const verdicts = ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
        if (verdicts.length < ended.length && verdicts.length > 0)
          await setVerdicts(context.db, { reissueId, updateId }, verdicts).execute();
        throwFirstFailure(ended);
        return verdicts;
      }),
  };
}
export type ProviderCalls = ReturnType<typeof createProviderCalls>;

/** The durable activities for the calls that no step made itself. */
export function createProviderActivities(
  { db }: Pick<ProviderContext, 'db'>,
  { sendChallenges, compareAnswers }: ProviderCalls,
) {
  return {
    sendChallenges,
    // The verdicts hold CIs, so they are recorded here and are no result of the activity.
    verifyAnswers: async (answers: AnswersToVerify): Promise<void> => {
      const { reissueId, message } = answers;
      const verdicts = await compareAnswers(answers);
      if (verdicts.length > 0)
        await setVerdicts(db, { reissueId, updateId: message.updateId }, verdicts).execute();
    },
  };
}
export type ProviderActivities = ReturnType<typeof createProviderActivities>;

/** @throws the first failure, in the order of the calls */
function throwFirstFailure(ended: readonly PromiseSettledResult<unknown>[]): void {
  const failure = ended.find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
}

async function sendOne(
  context: ProviderContext,
  recent: RecentCalls,
  challenge: ChallengeToSend,
): Promise<void> {
  const { method, challenge_id: challengeId, transaction_id: transactionId } = challenge;
  const identityProvider = providerOf(context, method);
  if (!identityProvider.send) return;
  if (!challenge.deliverable) return recent.imitate(`send ${method}`);
  let recorded = challenge.provider;
  const recordProvider = async (provider: string | null) => {
    if (provider !== recorded) await setChallengeProvider(context.db, challengeId, provider);
    recorded = provider;
  };
  const request: SendRequest = {
    transactionId,
    // The name on file, if it is known: providers compare it letter by letter.
    name: challenge.name ?? challenge.applicant_name,
    mobile: mobileOf(challenge, challenge) ?? '',
    carrier: carrierOf(challenge, challenge),
    bank: challenge.bank_code ?? '',
    account: challenge.account_number ?? '',
    // Reissues that began before rules were pinned did not record the provider before the call either.
    repeated: challenge.identity_rule === null && mayHaveActed(challenge),
    provider: recorded,
    recordProvider,
  };
  const { provider } = await recent.measure(`send ${method}`, async () => identityProvider.send!(request));
  await recordProvider(provider);
}

interface OpenedAnswers {
  readonly message: AnswerChallenges;
  /** The answers by their handle. */
  readonly opened: ReadonlyMap<string, string>;
  readonly repeated: boolean;
}

async function compareOne(
  context: ProviderContext,
  recent: RecentCalls,
  tried: TryToCompare,
  { message, opened, repeated }: OpenedAnswers,
): Promise<Verdict> {
  const { reissue_id: reissueId, challenge_id: challengeId } = tried;
  const handle = message.answers.find((each) => each.challengeId === challengeId)?.answer;
  const answer = handle && opened.get(handle);
  if (answer === undefined) throw new Error('the sealed answer was destroyed');
  const result = await verifyOne(context, recent, tried, {
    attemptId: attemptOf(reissueId, message.updateId, challengeId),
    answer,
    transactionId: tried.transaction_id,
    provider: tried.provider,
    repeated: repeated || mayHaveActed(tried),
    reissueId,
    challengeId,
    nonce: tried.nonce,
    customerId: tried.customer_id,
  });
  return {
    challenge_id: challengeId,
    verdict: result.status,
    ci: result.status === 'MATCHED' ? result.ci : null,
    finding: result.status === 'MATCHED' ? null : (result.finding ?? null),
    sim_changed_at: result.status === 'MATCHED' && result.simChangedAt ? new Date(result.simChangedAt) : null,
  };
}

async function verifyOne(
  context: ProviderContext,
  recent: RecentCalls,
  { method, deliverable }: Pick<ChallengeRow, 'method' | 'deliverable'>,
  request: VerifyRequest,
): Promise<VerifyResult> {
  const provider = providerOf(context, method);
  if (!provider.accepts(request.answer)) return { status: 'MISMATCHED', finding: 'MALFORMED' };
  if (!deliverable) {
    await recent.imitate(`verify ${method}`);
    return { status: 'MISMATCHED', finding: 'NOTHING_SENT' };
  }
  return recent.measure(`verify ${method}`, () => provider.verify(request));
}

/** Whether an earlier attempt may have reached the provider. If so, the provider is asked before the call is repeated. */
function mayHaveActed(reissue: Pick<ReissueRow, 'park_sequence'>): boolean {
  return activityInfo().attempt > 1 || reissue.park_sequence > 0;
}

function providerOf(context: ProviderContext, method: IdentityMethod): IdentityProvider {
  const provider = context.providers.get(method);
  if (!provider) throw new Error(`no provider is configured for ${method}`);
  return provider;
}

function attemptOf(...ids: readonly [reissueId: string, updateId: string, challengeId: string]): string {
  return `at_${createHash('sha256').update(ids.join('\0')).digest('hex').slice(0, 32)}`;
}
