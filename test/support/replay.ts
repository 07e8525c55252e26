import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { dataConverter, type WorkflowBundle } from './time-skipping.js';

/** A recorded history. */
export interface RecordedHistory {
  /** The payloads are encrypted for this id. */
  readonly workflowId: string;
  readonly history: { readonly events: readonly unknown[] };
}

/**
 * Replays a history with workflow code. The SDK runs it in the current thread and intercepts all promises from then on, so
 * do not run other workers in the same process.
 *
 * @throws DeterminismViolationError if the code does not do what the history records
 */
export async function replay(
  { workflowId, history }: RecordedHistory,
  workflowBundle: WorkflowBundle,
): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle, dataConverter }, historyFromJSON(history), workflowId);
}
