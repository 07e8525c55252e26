import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { isFinal, workflowIdOf, type State, type StepResult } from '#libs/domain';
import type { Applicant } from './applicant.js';
import { perform } from './perform.js';

type Message = Parameters<typeof perform>[2];

/** A Temporal that records the messages to reissues, with their results. */
export class RecordedWorkflows {
  private readonly recorded = new Map<string, { message: Message; result: StepResult }[]>();
  /** The requests to workflows, e.g. `signal reissue/ri_…`. */
  readonly requests: string[] = [];

  async sendMessage(applicant: Applicant, message: Message): Promise<StepResult> {
    const result = await perform(applicant.world, applicant.reissueId, message);
    const { reissueId } = applicant;
    this.recorded.set(reissueId, [...(this.recorded.get(reissueId) ?? []), { message, result }]);
    return result;
  }

  /** The client of this Temporal. */
  get client(): Pick<Client, 'workflow'> {
    const workflow = {
      list: () => this.list(),
      getHandle: (workflowId: string) => ({
        describe: async () => this.describe(workflowId),
        fetchHistory: async () => this.historyOf(workflowId),
        signal: async () => void this.requests.push(`signal ${workflowId}`),
      }),
      start: async (_type: string, { workflowId }: { workflowId: string }) =>
        void this.requests.push(`start ${workflowId}`),
    };
    return { workflow } as never;
  }

  private async *list() {
    for (const reissueId of this.recorded.keys()) yield this.describe(workflowIdOf(reissueId));
  }

  private describe(workflowId: string) {
    const state = this.stateOf(workflowId);
    const name = isFinal(state) ? 'COMPLETED' : 'RUNNING';
    const at = new Date('2026-11-05T03:04:05.678Z');
    return { workflowId, runId: 'run', status: { name }, startTime: at, closeTime: at };
  }

  private stateOf(workflowId: string): State {
    const recorded = this.recorded.get(workflowId.replace('reissue/', ''));
    if (!recorded) throw new WorkflowNotFoundError('no such workflow', workflowId, undefined);
    return recorded.at(-1)!.result.standing.state;
  }

  private historyOf(workflowId: string): History {
    const recorded = this.recorded.get(workflowId.replace('reissue/', '')) ?? [];
    const state = this.stateOf(workflowId);
    const updates = recorded.flatMap(({ message, result }, index) => [
      {
        eventId: String(2 * index + 1),
        eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED',
        workflowExecutionUpdateAcceptedEventAttributes: {
          acceptedRequest: { input: { name: message.kind, args: payloadsOf(message) } },
        },
      },
      {
        eventId: String(2 * index + 2),
        eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED',
        workflowExecutionUpdateCompletedEventAttributes: {
          acceptedEventId: String(2 * index + 1),
          outcome: { success: payloadsOf(result) },
        },
      },
    ]);
    const end = {
      eventId: String(updates.length + 1),
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED',
      workflowExecutionCompletedEventAttributes: { result: payloadsOf(state) },
    };
    return historyFromJSON({ events: [...updates, ...(isFinal(state) ? [end] : [])] });
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const payloadsOf = (value: unknown) => ({
  payloads: [{ metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify(value)) }],
});
