import type {
  AnswerChallenges,
  PreparedStep,
  RequestCertificate,
  RequestChallenges,
  StartReissue,
} from '#libs/domain';
import type { Verdict } from '#libs/db/identity';
import type { RiskAnswer } from '#libs/risk';
import type { RiskActivities } from '#activities/risk';
import type { DirectCalls } from '#activities/step';
import type { IdentitySteps } from './index.js';
import type { ProviderCalls } from './provider-calls.js';

type StepsWithCalls = IdentitySteps & {
  startReissue(message: StartReissue): Promise<PreparedStep>;
  requestCertificate(
    reissueId: string,
    message: RequestCertificate,
    risk?: RiskAnswer,
  ): Promise<PreparedStep>;
};

/**
 * Lets the steps that need a provider call it themselves and finish, if it answers at once. Otherwise they return
 * `proceed`, and the workflow continues with the activities for the call and for the end of the step.
 *
 * A step is run again after a crash, and then the provider may have acted. What the first run committed says so
 * (`called`), and the provider is asked before the call is repeated.
 */
export function withDirectCalls<Steps extends StepsWithCalls>(
  steps: Steps,
  { providers, risk }: { readonly providers: ProviderCalls; readonly risk: RiskActivities },
  calls: DirectCalls,
): Steps {
  const callAndFinish = async <Answer>(
    prepared: PreparedStep,
    call: () => Promise<Answer>,
    finish: (answer: Answer) => Promise<PreparedStep>,
  ): Promise<PreparedStep> => {
    if (!prepared.proceed) return prepared;
    let answer: Answer;
    const outcome = await calls.make(async () => void (answer = await call()));
    if (outcome === 'done') return finish(answer!);
    if (outcome === 'not_made') return prepared;
    return { ...prepared, called: outcome === 'refused' ? 'REFUSED' : 'UNKNOWN' };
  };

  const send = (reissueId: string, message: StartReissue | RequestChallenges, prepared: PreparedStep) =>
    callAndFinish(
      prepared,
      () => providers.sendChallenges({ reissueId, updateId: message.updateId }),
      () => steps.recordChallenges(reissueId, message),
    );

  /** Runs a step, and again with the answer of the provider of risk decisions if the step asks for it. */
  const withRiskAnswer = async (
    reissueId: string,
    { updateId }: AnswerChallenges | RequestCertificate,
    run: (answer?: RiskAnswer) => Promise<PreparedStep>,
  ): Promise<PreparedStep> => {
    const first = await run();
    const { assess } = first;
    if (!assess) return first;
    let answer: RiskAnswer | undefined;
    const outcome = await calls.make(
      async () => void (answer = await risk.assessRisk({ reissueId, updateId, ...assess })),
    );
    if (outcome === 'done') return run(answer);
    return outcome === 'refused' ? run({ status: 'UNAVAILABLE' }) : first;
  };

  const recordAnswers = (
    reissueId: string,
    message: AnswerChallenges,
    verdicts?: readonly Verdict[] | null,
    given?: RiskAnswer,
  ): Promise<PreparedStep> =>
    given
      ? steps.recordAnswers(reissueId, message, verdicts, given)
      : withRiskAnswer(reissueId, message, (answer) =>
          // The first run has recorded the verdicts.
          steps.recordAnswers(reissueId, message, answer ? null : verdicts, answer),
        );

  return {
    ...steps,
    recordAnswers,
    requestCertificate: (reissueId: string, message: RequestCertificate, given?: RiskAnswer) =>
      given
        ? steps.requestCertificate(reissueId, message, given)
        : withRiskAnswer(reissueId, message, (answer) =>
            steps.requestCertificate(reissueId, message, answer),
          ),
    startReissue: async (message: StartReissue) =>
      send(message.reissueId, message, await steps.startReissue(message)),
    requestChallenges: async (reissueId: string, message: RequestChallenges) =>
      send(reissueId, message, await steps.requestChallenges(reissueId, message)),
    reserveTries: async (reissueId: string, message: AnswerChallenges) => {
      const reserved = await steps.reserveTries(reissueId, message);
      const repeated = reserved.called === 'UNKNOWN';
      return callAndFinish(
        reserved,
        () => providers.compareAnswers({ reissueId, message, repeated }),
        (verdicts) => recordAnswers(reissueId, message, verdicts),
      );
    },
  };
}
