export { Sequencer, sequencerLeadership } from './sequencer.js';
export type { SequencerParts } from './sequencer.js';
export { makeCheckpoint, MissingNode, readNodes } from './checkpoints.js';
export type { AuditSigningKey, CheckpointOptions } from './checkpoints.js';
export { CheckpointFile } from './checkpoint-file.js';
export { loggedEntry, sequenceEntries } from './sequence.js';
