import { jest } from '@jest/globals';
import {
  taskQueues,
  workflowIdOf,
  workflowTaskTimeoutMs,
  type CustomerMessage,
  type OperatorMessage,
  type StartReissue,
  type State,
  type StepResult,
} from '#libs/domain';
import {
  WithStartWorkflowOperation,
  WorkflowUpdateStage,
  type Workflow,
  type WorkflowHandle,
  type WorkflowUpdateHandle,
} from '@temporalio/client';
import { DirectCalls } from '#activities/step';
import { TimeSkipping } from '../support/time-skipping.js';
import { until } from '../support/until.js';
import { Applicant, type Application } from '../world/applicant.js';
import { customer, type Person } from '../world/people.js';
import { ordinaryPath } from '../world/walk.js';
import { withOperation } from '../world/operations.js';
import { receiveMessage } from '../world/receive-message.js';
import { createWorld, type World } from '../world/world.js';

// Other specs that run at the same time make these slow.
jest.setTimeout(120_000);

type Activity = (...args: never[]) => Promise<unknown>;
type ActivityName = keyof World['activities'] | keyof World['signing'];

/**
 * The real workflow on Temporal's test server, with the activities of worker and signer on a separate database. All
 * of them use the server's clock.
 */
export class Stage {
  /** By how many milliseconds the clock of database and activities is behind Temporal's. */
  behindMs = 0;
  private readonly substitutes = new Map<string, Activity>();

  private constructor(
    readonly time: TimeSkipping,
    readonly world: World,
  ) {}

  static async create(): Promise<Stage> {
    const [time, world] = await Promise.all([TimeSkipping.start(), createWorld()]);
    const stage = new Stage(time, world);
    await time.startWorker(taskQueues.reissue, stage.withSubstitutes(world.activities), true);
    await time.startWorker(taskQueues.signing, stage.withSubstitutes(world.signing));
    await stage.completeFirstTask();
    await stage.setClock();
    return stage;
  }

  /** Replaces the activity `name` until `restore`. */
  substitute(name: ActivityName, activity: Activity): void {
    this.substitutes.set(name, activity);
  }

  /** Makes the steps leave all calls of providers to the durable activities until `restore`. */
  leaveCallsToActivities(): void {
    const directCalls = new DirectCalls({ waitMs: 1, atOnce: 0 });
    const durable = this.world.activitiesWith({ directCalls });
    for (const name of ['startReissue', 'requestChallenges', 'reserveTries'] as const)
      this.substitute(name, durable[name]);
  }

  /** Makes the workflow notify after this step, as after a step from before the outbox, and fail until `restore`. */
  failToNotifyAfter(name: 'proveRegistration' | 'cancelReissue'): void {
    const step = this.world.activities[name] as (...args: never[]) => Promise<StepResult>;
    this.substitute(name, async (...args) => ({ ...(await step(...args)), notified: [] }));
    this.substitute('notify', () => Promise.reject(new Error('messages cannot be sent')));
  }

  /** Removes all substitutes and faults. */
  restore(): void {
    this.substitutes.clear();
    const { telecom, oneWon, messenger } = this.world.outside;
    telecom.fault = undefined;
    oneWon.fault = undefined;
    messenger.down = false;
    messenger.slow = undefined;
    this.behindMs = 0;
  }

  /** Lets time pass. Then notifications that are due are sent. */
  async skip(ms: number): Promise<void> {
    await this.time.skip(ms);
    await this.sendNotifications();
  }

  /** Waits until the notifications that are due are sent, or have failed. */
  async sendNotifications(): Promise<void> {
    const { outbox } = this.world;
    await this.setClock();
    await outbox.idle();
    while (await outbox.sendDue());
  }

  /** A new applicant whose reissue is in this state, by the ordinary path. */
  async arrive(
    state: State | 'START',
    { person, ...application }: Application & { readonly person?: Person } = {},
  ): Promise<Applicant> {
    await this.setClock();
    const applicant = await Applicant.of(this.world, person ?? (await customer(this.world)), application);
    if (state !== 'START') await this.continueTo(applicant, state);
    return applicant;
  }

  /** Continues on the ordinary path until the reissue is in `state`. */
  async continueTo(applicant: Applicant, state: State): Promise<void> {
    const at = await applicant.row().then(
      (row) => row.state,
      () => undefined,
    );
    const from = at === undefined ? 0 : ordinaryPath.findIndex(([each]) => each === at) + 1;
    const to = ordinaryPath.findIndex(([each]) => each === state);
    for (const [next, message] of ordinaryPath.slice(from, to + 1)) {
      await this.setClock();
      const { standing } = await this.sendMessage(applicant, await message(applicant));
      if (standing.state !== next) throw new Error(`a step led to ${standing.state} instead of ${next}`);
    }
  }

  /** Sends a message to the reissue as the gateway does, and waits for the answer. */
  async sendMessage(
    applicant: Applicant,
    message: StartReissue | CustomerMessage | OperatorMessage,
  ): Promise<StepResult> {
    return (await this.post(applicant, message)).result();
  }

  /** As `sendMessage`, but waits only until the workflow has accepted the message. */
  async post(
    { reissueId }: Applicant,
    message: StartReissue | CustomerMessage | OperatorMessage,
  ): Promise<WorkflowUpdateHandle<StepResult>> {
    const { client } = this.time;
    const received = await receiveMessage(this.world, reissueId, message);
    const sent = await withOperation(this.world.owner, reissueId, received, this.world.clock.now());
    const waitForStage = WorkflowUpdateStage.ACCEPTED;
    if (sent.kind === 'start')
      return client.workflow.startUpdateWithStart<Workflow, StepResult, [StartReissue]>('start', {
        updateId: sent.updateId,
        args: [sent],
        waitForStage,
        startWorkflowOperation: new WithStartWorkflowOperation('reissueCertificate', {
          workflowId: workflowIdOf(reissueId),
          taskQueue: taskQueues.reissue,
          args: [{ reissueId }],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          workflowTaskTimeout: workflowTaskTimeoutMs,
        }),
      });
    return client.workflow
      .getHandle(workflowIdOf(reissueId))
      .startUpdate<StepResult, [typeof sent]>(sent.kind, {
        updateId: updateIdOf(sent),
        args: [sent],
        waitForStage,
      });
  }

  /** As `sendMessage`, while time passes: for a message whose answer comes when retries are used up. */
  async sendAndSkip(
    applicant: Applicant,
    message: StartReissue | CustomerMessage | OperatorMessage,
    ms: number,
  ): Promise<StepResult> {
    const update = await this.post(applicant, message);
    const [result] = await Promise.all([update.result(), this.skip(ms)]);
    return result;
  }

  /** Starts a workflow for a row without one, as reconciliation does. */
  async resume({ reissueId }: Applicant): Promise<void> {
    await this.time.client.workflow.start('reissueCertificate', {
      workflowId: workflowIdOf(reissueId),
      taskQueue: taskQueues.reissue,
      args: [{ reissueId, resume: true }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowTaskTimeout: workflowTaskTimeoutMs,
    });
  }

  workflowOf({ reissueId }: Applicant): WorkflowHandle {
    return this.time.client.workflow.getHandle(workflowIdOf(reissueId));
  }

  /**
   * Lets time pass until the workflow has ended.
   *
   * @throws WorkflowFailedError if it failed
   */
  async endOf(applicant: Applicant): Promise<State> {
    await this.time.skipToEndOf(workflowIdOf(applicant.reissueId));
    await this.sendNotifications();
    return (await this.workflowOf(applicant).result()) as State;
  }

  async eventCountOf(applicant: Applicant): Promise<number> {
    return (await this.time.historyOf(workflowIdOf(applicant.reissueId))).events?.length ?? 0;
  }

  /** Waits until no activity of this workflow runs. */
  async untilIdle(applicant: Applicant): Promise<void> {
    const { workflowId } = this.workflowOf(applicant);
    await until(`${workflowId} to be quiet`, async () => {
      const { events } = await this.time.historyOf(workflowId);
      const begun = events?.filter((event) => event.activityTaskScheduledEventAttributes);
      const ended = events?.filter((event) => event.activityTaskCompletedEventAttributes);
      return begun?.length === ended?.length;
    });
  }

  async close(): Promise<void> {
    this.restore();
    try {
      await this.time.close();
    } finally {
      await this.world.close();
    }
  }

  /**
   * Lets the worker complete a first workflow task, for which it loads the workflows. On a busy machine that can take longer
   * than the 10 s after which the test server answers that an update was not accepted yet. The client then repeats the
   * call, and the server fails to handle a repeated Update-With-Start.
   */
  private async completeFirstTask(): Promise<void> {
    const workflowId = 'first-task';
    const workflow = await this.time.client.workflow.start('reissueCertificate', {
      workflowId,
      taskQueue: taskQueues.reissue,
      args: [{ reissueId: workflowId }],
      workflowTaskTimeout: workflowTaskTimeoutMs,
    });
    await until('the first workflow task', async () => {
      const { events } = await this.time.historyOf(workflowId);
      return events?.some((event) => event.workflowTaskCompletedEventAttributes);
    });
    await workflow.terminate();
  }

  /** Sets the clock of the database and of the activities to the server's time. */
  async setClock(): Promise<void> {
    this.world.clock.set(new Date((await this.time.now()) - this.behindMs));
  }

  private withSubstitutes(activities: object): object {
    const substituted = Object.entries(activities as Record<string, Activity>).map(([name, activity]) => [
      name,
      async (...args: never[]) => {
        await this.setClock();
        return (this.substitutes.get(name) ?? activity)(...args);
      },
    ]);
    return Object.fromEntries(substituted) as object;
  }
}

function updateIdOf(message: CustomerMessage | OperatorMessage): string {
  if (message.kind === 'retry') return `retry/${message.parkSequence}`;
  if ('operator' in message) return `${message.kind}/${message.operator}`;
  return message.updateId;
}
