export { createArchiveActivities } from './archive.js';
export type { ArchiveActivities, Archived } from './archive.js';
export { createEvidenceActivities } from './evidence.js';
export type { EvidenceActivities } from './evidence.js';
export { createRetentionActivities } from './retention.js';
export type { Purged, RetentionActivities, RetentionContext } from './retention.js';
export { redact } from './redact.js';
