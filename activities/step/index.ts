export { ReissueChange } from './reissue-change.js';
export { endChange, endReissue } from './end-reissue.js';
export type { EndedBy } from './end-reissue.js';
export { BrokenInvariant, givingUp, stepFailed } from './guard.js';
export { standingOf, reminderOf, noRow } from './standing.js';
export { takeStep, done, failed, refused, tooFrequent, proceed, proceedAgain } from './take-step.js';
export type { StepContext, StepOptions, Ending } from './take-step.js';
export { createSecrets } from './secrets.js';
export type { Secrets } from './secrets.js';
