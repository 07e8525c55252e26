import {
  isGrpcDeadlineError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type Workflow,
} from '@temporalio/client';
import {
  taskQueues,
  workflowIdOf,
  workflowTaskTimeoutMs,
  type CustomerMessage,
  type StartReissue,
  type StepResult,
} from '#libs/domain';
import { grpcStatus, grpcStatusOf } from '#libs/temporal';

/** How far a message came within the time a call may take. */
export type Delivery =
  | { readonly reached: 'COMPLETED'; readonly result: StepResult }
  /** The workflow has it: it will be settled, whatever happens. */
  | { readonly reached: 'ACCEPTED' }
  /** It may be lost; only the same call again makes sure of it. */
  | { readonly reached: 'UNKNOWN' }
  /** No workflow runs that could take it. */
  | { readonly reached: 'NO_WORKFLOW' };

const workflowType = 'reissueCertificate';
const lookTimeoutMs = 1_000;
/** `UpdateWorkflowExecutionLifecycleStage` of Temporal's API. */
const acceptedStage = 2;

/** Brings messages to the workflows that run the reissues. The id of an update is the message's own: twice is once. */
export class ReissueWorkflows {
  /** @param timeoutMs how long to wait until a message is settled */
  constructor(
    private readonly client: Client,
    private readonly timeoutMs: number,
  ) {}

  /** Starts the workflow and gives it its first message in one round trip, or gives it to the one that runs. */
  start(message: StartReissue): Promise<Delivery> {
    const { reissueId, updateId } = message;
    return this.deliver(reissueId, updateId, () =>
      this.client.workflow.executeUpdateWithStart<Workflow, StepResult, [StartReissue]>('start', {
        updateId,
        args: [message],
        startWorkflowOperation: new WithStartWorkflowOperation(workflowType, {
          workflowId: workflowIdOf(reissueId),
          taskQueue: taskQueues.reissue,
          args: [{ reissueId }],
          workflowIdConflictPolicy: 'USE_EXISTING',
          // A workflow whose start never committed has failed; any other end is the end of this reissue.
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          workflowTaskTimeout: workflowTaskTimeoutMs,
        }),
      }),
    );
  }

  /**
   * @param progress how far the reissue has come: its events and the calls it has taken or refused. It is part of the
   *   update's id, because Temporal answers a repeated id with its first result for ever: a call that was refused may
   *   succeed once the reissue went on, or some time has passed. What succeeded is answered from the step table,
   *   whatever the update is called.
   */
  send(reissueId: string, message: CustomerMessage, progress: number): Promise<Delivery> {
    const { kind } = message;
    const updateId = `${message.updateId}@${progress}`;
    const workflow = this.client.workflow.getHandle(workflowIdOf(reissueId));
    return this.deliver(reissueId, updateId, () =>
      workflow.executeUpdate<StepResult, [CustomerMessage]>(kind, { updateId, args: [message] }),
    );
  }

  private async deliver(
    reissueId: string,
    updateId: string,
    update: () => Promise<StepResult>,
  ): Promise<Delivery> {
    try {
      const result = await this.client.withDeadline(Date.now() + this.timeoutMs, update);
      return { reached: 'COMPLETED', result };
    } catch (error) {
      // The workflow ended while it had the message; the step table knows whether it still took it.
      if (error instanceof WorkflowUpdateFailedError || meansNoWorkflow(error))
        return { reached: 'NO_WORKFLOW' };
      if (!meansTimeout(error)) throw error;
      return { reached: (await this.isAccepted(reissueId, updateId)) ? 'ACCEPTED' : 'UNKNOWN' };
    }
  }

  /** Whether the workflow has taken the update into its history. Asks without waiting. */
  private async isAccepted(reissueId: string, updateId: string): Promise<boolean> {
    const { namespace } = this.client.options;
    try {
      const { stage } = await this.client.withDeadline(Date.now() + lookTimeoutMs, () =>
        this.client.workflowService.pollWorkflowExecutionUpdate({
          namespace,
          updateRef: { updateId, workflowExecution: { workflowId: workflowIdOf(reissueId) } },
        }),
      );
      return Number(stage) >= acceptedStage;
    } catch {
      return false; // not known to be accepted, which is all that counts
    }
  }
}

/** The server, which knows the deadline too, may break off a moment before us: that is a cancelled call. */
const meansTimeout = (error: unknown) =>
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error);

const meansNoWorkflow = (error: unknown) =>
  error instanceof WorkflowNotFoundError ||
  error instanceof WorkflowExecutionAlreadyStartedError ||
  grpcStatusOf(error) === grpcStatus.alreadyExists;
