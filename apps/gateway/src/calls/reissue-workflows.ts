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
import { inSpan, messageTrace } from '#libs/observability';
import { grpcStatus, grpcStatusOf } from '#libs/temporal';

/** How far a message got within the time limit of a call. */
export type Delivery =
  | { readonly reached: 'COMPLETED'; readonly result: StepResult }
  /** The workflow has accepted the message and will complete it. */
  | { readonly reached: 'ACCEPTED' }
  /** The message may be lost. Repeating the call resolves this. */
  | { readonly reached: 'UNKNOWN' }
  /** No workflow runs that could handle the message. */
  | { readonly reached: 'NO_WORKFLOW' };

const workflowType = 'reissueCertificate';
const lookTimeoutMs = 1_000;
/** `UpdateWorkflowExecutionLifecycleStage` of Temporal's API. */
const acceptedStage = 2;

/** Sends messages to the workflows of the reissues. The update id comes from the message, so that a duplicate has no effect. */
export class ReissueWorkflows {
  /** @param timeoutMs how long to wait until a message is completed */
  constructor(
    private readonly client: Client,
    private readonly timeoutMs: number,
  ) {}

  /** Starts the workflow with its first message in one round trip, or sends the message to the running workflow. */
  start(message: StartReissue): Promise<Delivery> {
    const { reissueId, updateId } = message;
    return this.deliver('start', reissueId, updateId, () =>
      this.client.workflow.executeUpdateWithStart<Workflow, StepResult, [StartReissue]>('start', {
        updateId,
        args: [withTrace(message)],
        startWorkflowOperation: new WithStartWorkflowOperation(workflowType, {
          workflowId: workflowIdOf(reissueId),
          taskQueue: taskQueues.reissue,
          args: [{ reissueId }],
          workflowIdConflictPolicy: 'USE_EXISTING',
          // Only a workflow whose start was never committed has failed. Any other end is the end of the reissue.
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          workflowTaskTimeout: workflowTaskTimeoutMs,
        }),
      }),
    );
  }

  /**
   * @param progress how far the reissue has come: the number of its events and steps. It is part of the update id, because
   *   Temporal answers a repeated id with the first result: a call that was refused may succeed after further steps or
   *   some time. A step that succeeded is answered from the step table, under any update id.
   */
  send(reissueId: string, message: CustomerMessage, progress: number): Promise<Delivery> {
    const { kind } = message;
    const updateId = `${message.updateId}@${progress}`;
    const workflow = this.client.workflow.getHandle(workflowIdOf(reissueId));
    return this.deliver(kind, reissueId, updateId, () =>
      workflow.executeUpdate<StepResult, [CustomerMessage]>(kind, { updateId, args: [withTrace(message)] }),
    );
  }

  private async deliver(
    kind: string,
    reissueId: string,
    updateId: string,
    update: () => Promise<StepResult>,
  ): Promise<Delivery> {
    try {
      const result = await inSpan(`update ${kind}`, { kind: 'client' }, () =>
        this.client.withDeadline(Date.now() + this.timeoutMs, update),
      );
      return { reached: 'COMPLETED', result };
    } catch (error) {
      // The workflow ended while it had the message. The step table has the outcome if the message was handled.
      if (error instanceof WorkflowUpdateFailedError || meansNoWorkflow(error))
        return { reached: 'NO_WORKFLOW' };
      if (!meansTimeout(error)) throw error;
      return { reached: (await this.isAccepted(reissueId, updateId)) ? 'ACCEPTED' : 'UNKNOWN' };
    }
  }

  /** Whether the update is in the history of the workflow. Does not wait. */
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
      return false; // unknown, which callers treat as not accepted
    }
  }
}

/** The message with the trace of its request, which its activities continue. A part of an application is a message of its own. */
function withTrace<Sent extends StartReissue | CustomerMessage>(message: Sent): Sent {
  const trace = messageTrace();
  if (message.kind !== 'apply') return { ...message, ...trace };
  return { ...message, ...trace, parts: message.parts.map((part) => ({ ...part, ...trace })) };
}

/** The server has the same deadline and may cancel the call just before this client does. */
const meansTimeout = (error: unknown) =>
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error);

const meansNoWorkflow = (error: unknown) =>
  error instanceof WorkflowNotFoundError ||
  error instanceof WorkflowExecutionAlreadyStartedError ||
  grpcStatusOf(error) === grpcStatus.alreadyExists;
