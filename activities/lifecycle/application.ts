import type { Apply, PreparedStep, StepResult } from '#libs/domain';
import type { StepOutcome } from '#libs/contracts';
import { findStep } from '#libs/db/reissues';
import { done, failed, refused, runStep, type StepContext } from '#activities/step';

/** Records the answer to several steps in one call: the answer of the last step that ran. */
export async function recordApplication(
  context: StepContext,
  reissueId: string,
  message: Apply,
  last: { readonly result: StepResult; readonly updateId: string } | undefined,
): Promise<PreparedStep> {
  return runStep(context, reissueId, message, undefined, async ({ tx }) => {
    if (!last) return refused('WRONG_STATE');
    if (last.result.status === 'DONE') return done();
    const step = await findStep(tx, reissueId, last.updateId);
    const outcome = step?.outcome as unknown as StepOutcome | undefined;
    if (outcome?.status !== 'REFUSED') return refused(last.result.code ?? 'WRONG_STATE');
    const { reason, errors } = outcome;
    return failed(outcome.code, {
      ...(reason ? { reason } : {}),
      ...(errors ? { errors: [...errors] } : {}),
    });
  });
}
