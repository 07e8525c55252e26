import { problemOfRefusal, type Reissue, type StepOutcome } from '#libs/contracts';
import type { StartReissue } from '#libs/domain';
import type { InputFault } from '#libs/http';
import { tokenLifetimeSeconds, type AccessTokens } from '../access/access-tokens.js';
import { problem } from '../problems.js';
import { passwordRuleText } from '../reading/password-rules.js';
import { CallResponse } from './call-response.js';
import { recordedConsentFault } from './consent-words.js';
import type { StepKind } from './step-routes.js';

/** How a call ended for its client: with a recorded outcome, or with the promise that there will be one. */
export type CallResult =
  | { readonly outcome: StepOutcome }
  /** The step waits, for longer than a call does, or for an operator. */
  | { readonly waiting: Reissue };

/**
 * Answers a step; a recorded outcome is answered word for word as it was the first time.
 *
 * @throws ProblemError if the step was refused
 */
export function stepResponse(kind: StepKind, settled: CallResult): CallResponse {
  const { reissue, challenges = [], results = [] } = outcomeOf(settled);
  const status = 'outcome' in settled ? 200 : 202;
  if (kind === 'requestChallenges') return new CallResponse(status, { reissue, challenges });
  if (kind === 'answerChallenges') return new CallResponse(status, { reissue, results });
  return new CallResponse(status, reissue);
}

/** Answers the start of a reissue, with the token that opens it. */
export async function startResponse(
  { reissueId, apiKeyName }: StartReissue,
  settled: CallResult,
  tokens: AccessTokens,
): Promise<CallResponse> {
  const { reissue, challenges = [] } = outcomeOf(settled);
  const accessToken = await tokens.issue({ reissueId, apiKeyName }, new Date(reissue.createdAt));
  return new CallResponse(
    'outcome' in settled ? 201 : 202,
    { reissue, challenges, accessToken, expiresIn: tokenLifetimeSeconds },
    { location: `/v1/reissues/${reissueId}` },
  );
}

function outcomeOf(settled: CallResult): Pick<StepOutcome, 'reissue' | 'challenges' | 'results'> {
  if ('waiting' in settled) return { reissue: settled.waiting };
  const { outcome } = settled;
  if (outcome.status === 'DONE') return outcome;
  const { code, reason, errors, reissue } = outcome;
  throw problem(problemOfRefusal(code), {
    reissue,
    code: reason,
    ...(errors ? { errors: errors.map(inWords) } : {}),
  });
}

type RecordedFault = NonNullable<Extract<StepOutcome, { status: 'REFUSED' }>['errors']>[number];

/** A fault that was recorded by its code, in the words of those who read it. */
function inWords({ pointer, code, message }: RecordedFault): InputFault {
  if (code === undefined) return { pointer, message };
  const words = passwordRuleText(code) ?? recordedConsentFault(code, message);
  return { pointer, code, message: words ?? message };
}
