import type { AnswerChallenges, RequestChallenges, StartReissue } from '#libs/domain';
import type { Verdict } from '#libs/db/identity';
import type { RiskAnswer } from '#libs/risk';
import { recordAnswers, reserveTries } from './answers.js';
import { requestChallenges, recordChallenges } from './challenges.js';
import type { ProviderContext } from './context.js';

/** The steps of identity verification that touch only the database. */
export function createIdentitySteps(context: ProviderContext) {
  return {
    requestChallenges: (reissueId: string, message: RequestChallenges) =>
      requestChallenges(context, reissueId, message),
    recordChallenges: (reissueId: string, message: StartReissue | RequestChallenges) =>
      recordChallenges(context, reissueId, message),
    reserveTries: (reissueId: string, message: AnswerChallenges) => reserveTries(context, reissueId, message),
    recordAnswers: (
      reissueId: string,
      message: AnswerChallenges,
      verdicts?: readonly Verdict[] | null,
      risk?: RiskAnswer,
    ) => recordAnswers(context, reissueId, message, verdicts ?? [], risk),
  };
}
export type IdentitySteps = ReturnType<typeof createIdentitySteps>;

export { withDirectCalls } from './direct-calls.js';
export { createProviderActivities, createProviderCalls } from './provider-calls.js';
export type { ProviderActivities } from './provider-calls.js';
export { prepareChallenges } from './challenges.js';
export type { ChallengeFacts } from './challenges.js';
export { assessReissue, attemptsLeft } from './assess.js';
export type { IdentityContext, ProviderContext } from './context.js';
export { defaultIdentityRates, IdentityLimits } from './limits.js';
export type { IdentityRates } from './limits.js';
export {
  createDocumentProvider,
  createOldCertificateProvider,
  createOneWonProvider,
  createTelecomProvider,
} from './providers/index.js';
export type { IdentityProvider } from './providers/index.js';
