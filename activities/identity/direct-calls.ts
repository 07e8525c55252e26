import type { AnswerChallenges, PreparedStep, RequestChallenges, StartReissue } from '#libs/domain';
import type { DirectCalls } from '#activities/step';
import type { IdentitySteps } from './index.js';
import type { ProviderCalls } from './provider-calls.js';

type StepsWithCalls = IdentitySteps & {
  startReissue(message: StartReissue): Promise<PreparedStep>;
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
  providers: ProviderCalls,
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

  return {
    ...steps,
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
        (verdicts) => steps.recordAnswers(reissueId, message, verdicts),
      );
    },
  };
}
