import { problemOfRefusal, type Reissue, type StepOutcome } from '#libs/contracts';
import type { StartReissue } from '#libs/domain';
import type { InputFault } from '#libs/http';
import { tokenLifetimeSeconds, type AccessTokens } from '../access/access-tokens.js';
import { problem } from '../problems.js';
import { passwordRuleText } from '../reference-data/password-rules.js';
import { CallResponse } from './call-response.js';
import { recordedConsentFault } from './consent-words.js';

/** The result of a call: a recorded outcome, or the reissue whose step is not finished yet. */
export type CallResult =
  | { readonly outcome: StepOutcome }
  /** The step takes longer than a call waits, or an operator has to look at it. */
  | { readonly waiting: Reissue };

/** The members of an outcome that a response uses. */
export type ShownOutcome = Pick<StepOutcome, 'reissue' | 'challenges' | 'results'>;

/**
 * The response to a step: 200, or 202 while the step is not finished. A recorded outcome gives the same bytes each time.
 *
 * @throws ProblemError if the step was refused
 */
export function stepResponse(bodyOf: (outcome: ShownOutcome) => object, result: CallResult): CallResponse {
  return new CallResponse('outcome' in result ? 200 : 202, bodyOf(outcomeOf(result)));
}

/** The response to the start of a reissue, with its access token. @throws ProblemError if the start was refused */
export async function startResponse(
  { reissueId, apiKeyName }: StartReissue,
  result: CallResult,
  tokens: AccessTokens,
): Promise<CallResponse> {
  const { reissue, challenges = [] } = outcomeOf(result);
  const accessToken = await tokens.issue({ reissueId, apiKeyName }, new Date(reissue.createdAt));
  return new CallResponse(
    'outcome' in result ? 201 : 202,
    { reissue, challenges, accessToken, expiresIn: tokenLifetimeSeconds },
    { location: `/v1/reissues/${reissueId}` },
  );
}

function outcomeOf(result: CallResult): ShownOutcome {
  if ('waiting' in result) return { reissue: result.waiting };
  const { outcome } = result;
  if (outcome.status === 'DONE') return outcome;
  const { code, reason, errors, reissue } = outcome;
  throw problem(problemOfRefusal(code), {
    reissue,
    code: reason,
    ...(errors ? { errors: errors.map(withText) } : {}),
  });
}

type RecordedFault = NonNullable<Extract<StepOutcome, { status: 'REFUSED' }>['errors']>[number];

/** A recorded fault; one with a code gets its text in both languages. */
function withText({ pointer, code, message }: RecordedFault): InputFault {
  if (code === undefined) return { pointer, message };
  const words = passwordRuleText(code) ?? recordedConsentFault(code, message);
  return { pointer, code, message: words ?? message };
}
