export { ReissueChange } from './reissue-change.js';
export { endChange, endReissue } from './end-reissue.js';
export { BrokenInvariant, failOnPermanentErrors } from './guard.js';
export { reissueStandingOf, nextReminderOf, noRow } from './reissue-standing.js';
export { runStep, endStep, done, failed, refused, tooFrequent, proceed, proceedAgain } from './run-step.js';
export type { StepContext, StepEnding } from './run-step.js';
export { createSecrets } from './secrets.js';
export type { Secrets } from './secrets.js';
