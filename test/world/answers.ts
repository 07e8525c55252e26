import type { Challenge, VerificationResult } from '#libs/contracts';
import type { IdentityMethod } from '#libs/domain';
import type { Applicant } from './applicant.js';
import { perform, type Performance } from './perform.js';
import { auditOf, eventsOf, outcomeOf } from './records.js';

/** Answers by method. `undefined` stands for the right answer. */
export type Answers = Partial<Record<IdentityMethod, string | undefined>>;

/** A well-formed wrong answer for each method. */
export const wrongAnswers = {
  PHONE_CODE: '000000',
  ONE_WON: '000000',
  ID_DOCUMENT: '{}',
  OLD_CERTIFICATE: JSON.stringify({ certificate: 'MAAA', signature: 'AA' }),
} as const;

/** Requests challenges. @returns the challenges, or the code of the refusal */
export async function ask(
  applicant: Applicant,
  methods: readonly IdentityMethod[],
  performance: Performance = {},
): Promise<readonly Challenge[] | string> {
  const message = applicant.requestChallenges(methods);
  const { status, code } = await perform(applicant.world, applicant.reissueId, message, performance);
  if (status !== 'DONE') return code ?? status;
  return (await outcomeOf(applicant, message.updateId)).challenges ?? [];
}

/** Answers challenges. @returns ACCEPTED or the reason of the refusal, for each answer */
export async function answer(
  applicant: Applicant,
  answers: Answers,
  performance: Performance = {},
): Promise<string[]> {
  const message = await applicant.answerChallenges(answers);
  const { status, code } = await perform(applicant.world, applicant.reissueId, message, performance);
  if (status !== 'DONE') return [code ?? status];
  const { results = [] } = await outcomeOf(applicant, message.updateId);
  return results.map((result: VerificationResult) =>
    result.accepted ? 'ACCEPTED' : (result.reason ?? 'unexplained'),
  );
}

/** Requests a challenge of this method, and answers it wrongly until the method is locked. */
export async function lock(applicant: Applicant, method: IdentityMethod): Promise<string[]> {
  await ask(applicant, [method]);
  const became: string[] = [];
  while (became.at(-1) !== 'LOCKED' && became.length < 10)
    became.push(...(await answer(applicant, { [method]: wrongAnswers[method] })));
  return became;
}

/** The code of the last event. */
export async function lastCode(applicant: Applicant): Promise<unknown> {
  const events = await eventsOf(applicant);
  return events.at(-1)?.data.code;
}

/** The audit entry with the decision on identity. */
export async function identityOutcome(applicant: Applicant) {
  const entries = await auditOf(applicant);
  const entry = entries.findLast(({ action }) => action === 'identity');
  return entry && { outcome: entry.outcome, reason: entry.reason, details: entry.details };
}

/** Method, outcome and finding of each answer, from the audit trail. */
export async function findingsOf(applicant: Applicant): Promise<string[]> {
  const entries = await auditOf(applicant);
  return entries
    .filter(({ action }) => action === 'answerChallenge')
    .map(({ details, outcome, reason }) => [details.method, outcome, reason].filter(Boolean).join(' '));
}
