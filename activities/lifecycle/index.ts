import type {
  Apply,
  Cancel,
  ConfirmReissue,
  OperatorAbandon,
  OperatorEndCoolingOff,
  OperatorRetry,
  OperatorWithdraw,
  ParkRequest,
  StartReissue,
  StepResult,
  Stop,
} from '#libs/domain';
import type { StartContext } from './context.js';
import { recordApplication } from './application.js';
import { abandonReissue, cancelReissue, withdrawReissue } from './end.js';
import { startReissue } from './start.js';
import { readReissue, parkReissue, resumeReissue } from './park.js';
import { confirmReissue, stopReissue, type StopContext } from './stop.js';
import { applyDeadlines } from './apply-deadlines.js';
import { endCoolingOff } from './cooling-off.js';

/** The steps that start, park, resume and end a reissue. */
export function createLifecycleSteps(context: StartContext & StopContext) {
  return {
    startReissue: (message: StartReissue) => startReissue(context, message),
    cancelReissue: (reissueId: string, message: Cancel) => cancelReissue(context, reissueId, message),
    stopReissue: (reissueId: string, message: Stop) => stopReissue(context, reissueId, message),
    confirmReissue: (reissueId: string, message: ConfirmReissue) =>
      confirmReissue(context, reissueId, message),
    abandonReissue: (reissueId: string, message: OperatorAbandon) =>
      abandonReissue(context, reissueId, message),
    withdrawReissue: (reissueId: string, message: OperatorWithdraw) =>
      withdrawReissue(context, reissueId, message),
    endCoolingOff: (reissueId: string, message: OperatorEndCoolingOff) =>
      endCoolingOff(context, reissueId, message),
    parkReissue: (reissueId: string, parking: ParkRequest) => parkReissue(context, reissueId, parking),
    resumeReissue: (reissueId: string, message: OperatorRetry) => resumeReissue(context, reissueId, message),
    readReissue: (reissueId: string) => readReissue(context, reissueId),
    applyDeadlines: (reissueId: string) => applyDeadlines(context, reissueId),
    recordApplication: (
      reissueId: string,
      message: Apply,
      last: { readonly result: StepResult; readonly updateId: string } | undefined,
    ) => recordApplication(context, reissueId, message, last),
  };
}
export type LifecycleSteps = ReturnType<typeof createLifecycleSteps>;
export { createReconcileActivities } from './reconcile.js';
export type { ReconcileActivities } from './reconcile.js';
export { findRowsBehindWorkflows } from './behind-workflow.js';
