import { createHash } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { unknownCustomerId, type AnswerChallenges, type IdentityMethod } from '#libs/domain';
import { customerById, type CustomerRow } from '#libs/db/customers';
import {
  challengesOfUpdate,
  setChallengeProvider,
  setVerdict,
  triedChallenges,
  type ChallengeRow,
  type TriedChallenge,
} from '#libs/db/identity';
import { findReissue, type ReissueRow } from '#libs/db/reissues';
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
export function createProviderActivities(context: ProviderContext) {
  const recent = new RecentCalls();
  const running = new RunningCalls();

  return {
    sendChallenges: ({ reissueId, updateId }: { reissueId: string; updateId: string }): Promise<void> =>
      running.share(`send ${reissueId} ${updateId}`, async () => {
        const [reissue, challenges] = await Promise.all([
          rowOf(context, reissueId),
          challengesOfUpdate(context.db, reissueId, updateId),
        ]);
        // An unknown person is looked up too, so that the answer takes equally long.
        const customer = await customerById(context.db, reissue.customer_id ?? unknownCustomerId);
        await untilAllEnd(
          challenges
            .filter(({ state }) => state === 'PREPARED')
            .map((challenge) => sendOne(context, recent, { reissue, customer }, challenge)),
        );
      }),

    verifyAnswers: ({ reissueId, message, repeated = false }: AnswersToVerify): Promise<void> =>
      running.share(`verify ${reissueId} ${message.updateId}`, async () => {
        const handles = message.answers.map(({ answer }) => answer);
        const [reissue, tried, opened] = await Promise.all([
          rowOf(context, reissueId),
          triedChallenges(context.db, reissueId, message.updateId),
          context.secrets.openAll(handles, 'identity', reissueId),
        ]);
        await untilAllEnd(
          tried
            .filter(({ state, verdict }) => state === 'GRANTED' && verdict === null)
            .map((challenge) =>
              compareOne(context, recent, reissue, challenge, {
                message,
                opened,
                repeated: repeated || mayHaveActed(reissue),
              }),
            ),
        );
      }),
  };
}
export type ProviderActivities = ReturnType<typeof createProviderActivities>;

/** Waits until all calls have ended. @throws the first failure, in the order of the calls */
async function untilAllEnd(calls: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(calls);
  const failure = ended.find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
}

/** The person who gets a code. */
interface Receiver {
  readonly reissue: ReissueRow;
  readonly customer: CustomerRow | undefined;
}

async function sendOne(
  context: ProviderContext,
  recent: RecentCalls,
  { reissue, customer }: Receiver,
  challenge: ChallengeRow,
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
    name: customer?.name ?? reissue.applicant_name,
    mobile: mobileOf(reissue, customer) ?? '',
    carrier: carrierOf(reissue, customer),
    bank: customer?.bank_code ?? '',
    account: customer?.account_number ?? '',
    // Reissues that began before rules were pinned did not record the provider before the call either.
    repeated: reissue.identity_rule === null && mayHaveActed(reissue),
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
  reissue: ReissueRow,
  challenge: TriedChallenge,
  { message, opened, repeated }: OpenedAnswers,
): Promise<void> {
  const { reissue_id: reissueId, customer_id: customerId } = reissue;
  const { challenge_id: challengeId } = challenge;
  const handle = message.answers.find((each) => each.challengeId === challengeId)?.answer;
  const answer = handle && opened.get(handle);
  if (answer === undefined) throw new Error('the sealed answer was destroyed');
  const key = { reissue_id: reissueId, update_id: message.updateId, challenge_id: challengeId };
  const result = await verifyOne(context, recent, challenge, {
    attemptId: attemptOf(key),
    answer,
    transactionId: challenge.transaction_id,
    provider: challenge.provider,
    repeated,
    reissueId,
    challengeId,
    nonce: challenge.nonce,
    customerId,
  });
  await setVerdict(context.db, key, {
    verdict: result.status,
    ci: result.status === 'MATCHED' ? result.ci : null,
    finding: result.status === 'MATCHED' ? null : (result.finding ?? null),
  });
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
function mayHaveActed(reissue: ReissueRow): boolean {
  return activityInfo().attempt > 1 || reissue.park_sequence > 0;
}

function providerOf(context: ProviderContext, method: IdentityMethod): IdentityProvider {
  const provider = context.providers.get(method);
  if (!provider) throw new Error(`no provider is configured for ${method}`);
  return provider;
}

async function rowOf(context: ProviderContext, reissueId: string): Promise<ReissueRow> {
  const row = await findReissue(context.db, reissueId);
  if (!row) throw new Error('the reissue has no row');
  return row;
}

function attemptOf(key: { reissue_id: string; update_id: string; challenge_id: string }): string {
  const parts = [key.reissue_id, key.update_id, key.challenge_id].join('\0');
  return `at_${createHash('sha256').update(parts).digest('hex').slice(0, 32)}`;
}
