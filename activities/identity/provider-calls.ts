import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import type { AnswerChallenges, IdentityMethod } from '#libs/domain';
import {
  challengesById,
  challengesOfUpdate,
  customerById,
  findReissue,
  identityTriesOf,
  setVerdict,
  type ChallengeRow,
  type ReissueRow,
} from '#libs/db';
import type { ProviderContext } from './context.js';
import type { IdentityProvider } from './providers/index.js';

/**
 * How long the last calls took, by method. A call for somebody the bank does not know takes as long, so that
 * the time of an answer tells nothing.
 */
class RecentDurations {
  private readonly last = new Map<string, number>();

  async measure<T>(key: string, call: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const result = await call();
    this.last.set(key, performance.now() - from);
    return result;
  }

  async imitate(key: string): Promise<void> {
    const typical = this.last.get(key) ?? 10;
    await pause(typical * (0.8 + 0.4 * Math.random()));
  }
}

/** The calls to identity providers. They may run more than once: each is keyed by its transaction id. */
export function createProviderActivities(context: ProviderContext) {
  const durations = new RecentDurations();

  return {
    async sendChallenges({ reissueId, updateId }: { reissueId: string; updateId: string }): Promise<void> {
      const reissue = await rowOf(context, reissueId);
      const challenges = await challengesOfUpdate(context.db, reissueId, updateId);
      await Promise.all(
        challenges
          .filter(({ state }) => state === 'PREPARED')
          .map((challenge) => sendOne(context, durations, reissue, challenge)),
      );
    },

    async verifyAnswers({
      reissueId,
      message,
    }: {
      reissueId: string;
      message: AnswerChallenges;
    }): Promise<void> {
      const repeated = mayHaveActed(await rowOf(context, reissueId));
      const tries = await identityTriesOf(context.db, reissueId, message.updateId);
      const open = tries.filter(({ state, verdict }) => state === 'GRANTED' && verdict === null);
      const challenges = await challengesById(
        context.db,
        reissueId,
        open.map((each) => each.challenge_id),
      );
      await Promise.all(
        challenges.map(async (challenge) => {
          const handle = message.answers.find((each) => each.challengeId === challenge.challenge_id)?.answer;
          const code = handle && (await context.secrets.open(handle, 'identity', reissueId));
          if (!code) throw new Error('the sealed answer is gone');
          const key = {
            reissue_id: reissueId,
            update_id: message.updateId,
            challenge_id: challenge.challenge_id,
          };
          const answer = await verifyOne(context, durations, challenge, {
            attemptId: attemptOf(key),
            code,
            repeated,
          });
          await setVerdict(context.db, key, answer.status, answer.status === 'MATCHED' ? answer.ci : null);
        }),
      );
    },
  };
}
export type ProviderActivities = ReturnType<typeof createProviderActivities>;

async function sendOne(
  context: ProviderContext,
  durations: RecentDurations,
  reissue: ReissueRow,
  challenge: ChallengeRow,
): Promise<void> {
  const { method, transaction_id: transactionId } = challenge;
  if (!challenge.deliverable) return durations.imitate(`send ${method}`);
  const customer = reissue.customer_id ? await customerById(context.db, reissue.customer_id) : undefined;
  await durations.measure(`send ${method}`, () =>
    providerOf(context, method).send({
      transactionId,
      name: reissue.applicant_name,
      mobile: reissue.applicant_mobile,
      bank: customer?.bank_code ?? '',
      account: customer?.account_number ?? '',
      repeated: mayHaveActed(reissue),
    }),
  );
}

async function verifyOne(
  context: ProviderContext,
  durations: RecentDurations,
  { method, transaction_id: transactionId, deliverable }: ChallengeRow,
  attempt: { attemptId: string; code: string; repeated: boolean },
) {
  if (!deliverable) {
    await durations.imitate(`verify ${method}`);
    return { status: 'MISMATCHED' } as const;
  }
  return durations.measure(`verify ${method}`, () =>
    providerOf(context, method).verify({ transactionId, ...attempt }),
  );
}

/** Whether an earlier try may have reached the provider, which is then asked before anything is repeated. */
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
