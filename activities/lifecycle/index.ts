import type {
  Apply,
  Cancel,
  OperatorAbandon,
  OperatorRetry,
  OperatorWithdraw,
  ParkRequest,
  StartReissue,
  StepResult,
} from '#libs/domain';
import type { StartContext } from './context.js';
import { recordApplication } from './application.js';
import { abandonReissue, cancelReissue, withdrawReissue } from './end.js';
import { openReissue } from './open.js';
import { adoptReissue, parkReissue, resumeReissue } from './park.js';
import { ring } from './ring.js';

/** The steps of a reissue's life that belong to no single part of it. */
export function createLifecycleSteps(context: StartContext) {
  return {
    openReissue: (message: StartReissue) => openReissue(context, message),
    cancelReissue: (reissueId: string, message: Cancel) => cancelReissue(context, reissueId, message),
    abandonReissue: (reissueId: string, message: OperatorAbandon) =>
      abandonReissue(context, reissueId, message),
    withdrawReissue: (reissueId: string, message: OperatorWithdraw) =>
      withdrawReissue(context, reissueId, message),
    parkReissue: (reissueId: string, parking: ParkRequest) => parkReissue(context, reissueId, parking),
    resumeReissue: (reissueId: string, message: OperatorRetry) => resumeReissue(context, reissueId, message),
    adoptReissue: (reissueId: string) => adoptReissue(context, reissueId),
    ring: (reissueId: string) => ring(context, reissueId),
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
