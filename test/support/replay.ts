import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { dataConverter, type WorkflowBundle } from './time-skipping.js';

/** A history as it is kept in a file. */
export interface RecordedHistory {
  /** Its payloads are bound to it. */
  readonly workflowId: string;
  readonly history: { readonly events: readonly unknown[] };
}

/**
 * Runs a history through workflow code. The SDK runs it in this very thread and watches all promises from then on:
 * not to be mixed with other workers.
 *
 * @throws DeterminismViolationError if the code would have done something else than what happened
 */
export async function replay(
  { workflowId, history }: RecordedHistory,
  workflowBundle: WorkflowBundle,
): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle, dataConverter }, historyFromJSON(history), workflowId);
}
