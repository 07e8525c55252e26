import type {
  AnswerChallenges,
  Apply,
  Cancel,
  ConfirmReissue,
  GiveConsents,
  OperatorAbandon,
  OperatorEndCoolingOff,
  OperatorRetry,
  OperatorWithdraw,
  ProveRegistration,
  RequestCertificate,
  RequestChallenges,
  ResetPassword,
  StartReissue,
  StepResult,
  Stop,
  SubmitPassword,
} from '#libs/domain';
import { defineSignal, defineUpdate } from '@temporalio/workflow';

/**
 * The messages to a running reissue. They are Updates and not Signals, because every caller needs the answer: the
 * state of the reissue, and whether the message was accepted. An update's name is the message's `kind`, its id the
 * message's `updateId` (an operator's retry: `retry/<parkSequence>`), so that a repeated message is handled once.
 */
export const updates = {
  start: defineUpdate<StepResult, [StartReissue]>('start'),
  requestChallenges: defineUpdate<StepResult, [RequestChallenges]>('requestChallenges'),
  answerChallenges: defineUpdate<StepResult, [AnswerChallenges]>('answerChallenges'),
  submitPassword: defineUpdate<StepResult, [SubmitPassword]>('submitPassword'),
  resetPassword: defineUpdate<StepResult, [ResetPassword]>('resetPassword'),
  giveConsents: defineUpdate<StepResult, [GiveConsents]>('giveConsents'),
  requestCertificate: defineUpdate<StepResult, [RequestCertificate]>('requestCertificate'),
  apply: defineUpdate<StepResult, [Apply]>('apply'),
  proveRegistration: defineUpdate<StepResult, [ProveRegistration]>('proveRegistration'),
  cancel: defineUpdate<StepResult, [Cancel]>('cancel'),
  stop: defineUpdate<StepResult, [Stop]>('stop'),
  confirmReissue: defineUpdate<StepResult, [ConfirmReissue]>('confirmReissue'),
  retry: defineUpdate<StepResult, [OperatorRetry]>('retry'),
  abandon: defineUpdate<StepResult, [OperatorAbandon]>('abandon'),
  withdraw: defineUpdate<StepResult, [OperatorWithdraw]>('withdraw'),
  endCoolingOff: defineUpdate<StepResult, [OperatorEndCoolingOff]>('endCoolingOff'),
};

/** The row was changed from outside, e.g. by a newer reissue of the same person: read it again. */
export const refreshSignal = defineSignal('refresh');
