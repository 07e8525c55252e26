export { ReissueChange } from './reissue-change.js';
export { endChange, endReissue } from './end-reissue.js';
export type { EndedBy } from './end-reissue.js';
export { standingOf, reminderOf } from './standing.js';
export { takeStep, done, failed, refused, proceed, maximumSteps } from './take-step.js';
export type { StepContext, StepOptions, Ending } from './take-step.js';
