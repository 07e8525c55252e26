export { connectTemporalClient } from './client.js';
export type { TemporalClient } from './client.js';
export { createDataConverter } from './data-converter.js';
export { createPayloadCodec, isEncrypted } from './payload-codec.js';
export type { CodecKeys } from './payload-codec.js';
export { installTemporalRuntime, serveTemporalMetrics } from './runtime.js';
export { temporalServerOf } from './server.js';
export type { TemporalAddress } from './server.js';
export { movePinned, setCurrentVersion, workerVersions } from './worker-versions.js';
export type { WorkerVersion } from './worker-versions.js';
export { WorkerRunner } from './worker-runner.js';
export { bundleWorkflows, workflowBundle } from './workflow-bundle.js';
/** @public for scripts that replay a history */
export { workflowsPath } from './workflow-bundle.js';
export { grpcStatus, grpcStatusOf, isDependencyDown } from './dependency-down.js';
export { decodeHistory, digestOfHistory } from './decode-history.js';
export { ensureSchedules, outdatedSchedules, scheduleIds } from './schedules.js';
export type { ScheduleDefinition } from './schedules.js';
