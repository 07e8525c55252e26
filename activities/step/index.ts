export { DirectCalls } from './direct-calls.js';
export { RunningCalls } from './running-calls.js';
export { occasionOf, ReissueChange } from './reissue-change.js';
export { registerReissueMetrics } from './reissue-metrics.js';
export { endChange, endReissue } from './end-reissue.js';
export { BrokenInvariant, failOnPermanentErrors, isPermanent } from './guard.js';
export { reissueStandingOf, nextReminderOf, noRow } from './reissue-standing.js';
export { identityRuleOf } from './identity-rule.js';
export {
  runStep,
  endStep,
  done,
  failed,
  refused,
  tooFrequent,
  proceed,
  proceedAgain,
  assessFirst,
} from './run-step.js';
export type { StepContext, StepEnding } from './run-step.js';
export { createSecrets } from './secrets.js';
export type { Secrets } from './secrets.js';
