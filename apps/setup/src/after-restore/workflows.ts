import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { reissueIdOf, workflowIdOf, type StartReissue, type State } from '#libs/domain';
import { decodeHistory } from '#libs/temporal';
import type { FinishedStep, WorkflowSummary } from './facts.js';

type Temporal = Pick<Client, 'workflow'>;

/** The reissues whose workflow is running or has completed. */
export async function* workflowsOfReissues(
  temporal: Temporal,
): AsyncGenerator<{ readonly reissueId: string; readonly completed: boolean }> {
  const query = `WorkflowType = 'reissueCertificate' AND ExecutionStatus IN ('Running', 'Completed')`;
  for await (const info of temporal.workflow.list({ query }) as AsyncIterable<WorkflowExecutionInfo>) {
    const reissueId = reissueIdOf(info.workflowId);
    if (reissueId) yield { reissueId, completed: info.status.name === 'COMPLETED' };
  }
}

/** Reads the history of a reissue's last workflow; undefined if Temporal has none. */
export async function workflowSummaryOf(
  temporal: Temporal,
  codec: PayloadCodec,
  reissueId: string,
): Promise<WorkflowSummary | undefined> {
  const workflowId = workflowIdOf(reissueId);
  try {
    const { runId, status, startTime, closeTime } = await temporal.workflow.getHandle(workflowId).describe();
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    const events = (await decodeHistory(history, codec, workflowId)) as HistoryEvent[];
    const messages = events.flatMap(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => {
      const [message] = accepted?.acceptedRequest?.input?.args?.payloads ?? [];
      return message ? [message as Message] : [];
    });
    return {
      status: status.name === 'RUNNING' || status.name === 'COMPLETED' ? status.name : 'CLOSED',
      startedAt: startTime,
      closedAt: closeTime,
      start: messages.find(({ kind }) => kind === 'start') as StartReissue | undefined,
      result: events.at(-1)?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0] as
        State | undefined,
      steps: finishedSteps(events),
      issuedSerial: issuedSerialIn(events),
      customerRef: customerRefIn(events),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

interface Payloads {
  readonly payloads?: readonly unknown[];
}
interface HistoryEvent {
  readonly eventId: string;
  readonly workflowExecutionUpdateAcceptedEventAttributes?: {
    readonly acceptedRequest?: { readonly input?: { readonly args?: Payloads } };
  };
  readonly workflowExecutionUpdateCompletedEventAttributes?: {
    readonly acceptedEventId?: string;
    readonly outcome?: { readonly success?: Payloads };
  };
  readonly workflowExecutionCompletedEventAttributes?: { readonly result?: Payloads };
  readonly activityTaskCompletedEventAttributes?: { readonly result?: Payloads };
}
interface Message {
  readonly kind: string;
  readonly updateId?: string;
  readonly requestHmac?: string;
}
interface Result {
  readonly status?: string;
  readonly customerRef?: string;
}

function finishedSteps(events: readonly HistoryEvent[]): FinishedStep[] {
  const accepted = new Map(
    events.map(({ eventId, workflowExecutionUpdateAcceptedEventAttributes: each }) => [
      eventId,
      each?.acceptedRequest?.input?.args?.payloads?.[0] as Message | undefined,
    ]),
  );
  return events.flatMap(({ workflowExecutionUpdateCompletedEventAttributes: completed }) => {
    const [result] = (completed?.outcome?.success?.payloads ?? []) as Result[];
    const message = accepted.get(completed?.acceptedEventId ?? '');
    if (result?.status !== 'DONE' || !message?.updateId || !message.requestHmac) return [];
    const { kind, updateId, requestHmac } = message;
    return [{ kind, updateId, requestHmac }];
  });
}

function issuedSerialIn(events: readonly HistoryEvent[]): string | undefined {
  const answers = events.flatMap(({ activityTaskCompletedEventAttributes: completed }) => {
    const [answer] = (completed?.result?.payloads ?? []) as { outcome?: string; serial?: string }[];
    return answer?.outcome === 'ISSUED' && answer.serial ? [answer.serial] : [];
  });
  return answers.at(-1);
}

function customerRefIn(events: readonly HistoryEvent[]): string | undefined {
  for (const { workflowExecutionUpdateCompletedEventAttributes: completed } of events) {
    const [result] = (completed?.outcome?.success?.payloads ?? []) as Result[];
    if (result?.customerRef) return result.customerRef;
  }
  return undefined;
}
