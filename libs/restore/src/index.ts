export { detectRestoreByCheckpoints, detectRestoreByJournal } from './findings.js';
export type { RestoreFinding } from './findings.js';
export { readKeptCheckpoints } from './kept-checkpoints.js';
export type { KeptCheckpoint } from './kept-checkpoints.js';
export { recordFinding } from './record-finding.js';
export { RestorePending, restorePending, RestoreWatch } from './restore-watch.js';
export { waitUntilReconciled } from './wait-until-reconciled.js';
