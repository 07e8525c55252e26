import { workflowIdOf } from '#libs/domain';
import { grpcStatusOf } from '#libs/temporal';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError, type DataConverter } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import { eventsFromArchive, type ArchivedEvent } from './archived-events.js';
import { activityText, timerText } from './timeline-words.js';
import type { ShownTimeline, ShownTimelineItem } from './schemas.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Pending = temporal.api.workflow.v1.IPendingActivityInfo;
type EventId = HistoryEvent['eventId'];
type Failure = temporal.api.failure.v1.IFailure;

/** A reissue's calls of other systems (with attempts and errors) and its timers, from the history of its workflow. */
export interface ProcessHistory {
  readonly process: ShownTimeline['process'];
  readonly items: readonly ShownTimelineItem[];
}

/** An archived history, if there is one. */
type ArchivedHistory = () => Promise<readonly unknown[] | undefined>;

/**
 * Reads all runs of a reissue's workflow. Steps within our own database are left out: the audit trail has them. If
 * Temporal has deleted the workflow or cannot be reached, the archived history is read instead.
 */
export async function readProcess(
  client: Client,
  reissueId: string,
  archived: ArchivedHistory,
): Promise<ProcessHistory> {
  try {
    return await readRuns(client, workflowIdOf(reissueId));
  } catch (error) {
    const deleted = error instanceof WorkflowNotFoundError || grpcStatusOf(error) === notFound;
    if (!deleted && grpcStatusOf(error) === undefined) throw error;
    const events = await archived();
    if (events) return { process: 'ARCHIVED', items: await archivedItems(events, client) };
    return { process: deleted ? 'FORGOTTEN' : 'UNREACHABLE', items: [] };
  }
}

async function readRuns(client: Client, workflowId: string): Promise<ProcessHistory> {
  const { raw, status, runId } = await client.workflow.getHandle(workflowId).describe();
  const pending = new Map(raw.pendingActivities?.map((activity) => [activity.activityId ?? '', activity]));
  const runs = new Set<string>();
  // The newest run may not be listed yet.
  for await (const run of client.workflow.list({ query: `WorkflowId = '${workflowId}'` }))
    runs.add(run.runId);
  const items = await Promise.all(
    [...runs.add(runId)].map(async (run) => {
      const { events } = await client.workflow.getHandle(workflowId, run).fetchHistory();
      const pendingInRun = run === runId ? pending : new Map<string, never>();
      return itemsOf(events ?? [], pendingInRun, client.options.loadedDataConverter);
    }),
  );
  return { process: status.name === 'RUNNING' ? 'RUNNING' : 'CLOSED', items: items.flat() };
}

/** The items of an archived history. Each run is read separately, because event ids start again at 1. */
async function archivedItems(events: readonly unknown[], client: Client): Promise<ShownTimelineItem[]> {
  const runs = Map.groupBy(events as readonly ArchivedEvent[], ({ runId }) => runId);
  const items = [...runs.values()].map((run) =>
    itemsOf(eventsFromArchive(run), new Map(), client.options.loadedDataConverter),
  );
  return (await Promise.all(items)).flat();
}

/** The items of one run, in the order of its events. @param pending activities in progress, by their id */
export function itemsOf(
  events: readonly HistoryEvent[],
  pending: ReadonlyMap<string, Pending>,
  converter: DataConverter,
): Promise<ShownTimelineItem[]> {
  const items = events.flatMap((event) => {
    if (event.activityTaskScheduledEventAttributes) return [activity(event, events, pending, converter)];
    if (event.timerStartedEventAttributes) return timer(event, events);
    return [];
  });
  return Promise.all(items);
}

async function activity(
  scheduled: HistoryEvent,
  events: readonly HistoryEvent[],
  pending: ReadonlyMap<string, Pending>,
  converter: DataConverter,
): Promise<ShownTimelineItem> {
  const { activityType, activityId } = scheduled.activityTaskScheduledEventAttributes!;
  const isOfActivity = (attributes?: { scheduledEventId?: EventId } | null) =>
    attributes?.scheduledEventId?.toString() === scheduled.eventId?.toString();
  const started = events.find(({ activityTaskStartedEventAttributes: at }) => isOfActivity(at));
  const completed = events.find(({ activityTaskCompletedEventAttributes: at }) => isOfActivity(at));
  const failed = events.find(({ activityTaskFailedEventAttributes: at }) => isOfActivity(at));
  const timedOut = events.find(({ activityTaskTimedOutEventAttributes: at }) => isOfActivity(at));
  const cancelled = events.find(({ activityTaskCanceledEventAttributes: at }) => isOfActivity(at));
  const now = pending.get(activityId ?? '');
  const failure =
    failed?.activityTaskFailedEventAttributes?.failure ??
    timedOut?.activityTaskTimedOutEventAttributes?.failure?.cause ??
    timedOut?.activityTaskTimedOutEventAttributes?.failure ??
    now?.lastFailure ??
    started?.activityTaskStartedEventAttributes?.lastFailure;
  const error = await errorOf(failure, converter);
  const next = optionalTsToMs(now?.nextAttemptScheduleTime);
  const name = activityType?.name ?? 'unknown';
  return {
    at: timeOf(scheduled),
    kind: 'activity',
    actor: 'system',
    code: name,
    text: activityText(name),
    outcome: completed ? 'DONE' : failed ? 'FAILED' : timedOut ? 'TIMED_OUT' : cancelled ? 'CANCELLED' : null,
    reason: null,
    attempts: now?.attempt ?? started?.activityTaskStartedEventAttributes?.attempt ?? 0,
    ...(error === undefined ? {} : { error }),
    ...(now ? { pending: true } : {}),
    ...(next === undefined ? {} : { until: new Date(next).toISOString() }),
  };
}

/** A timer that fired or is running; a cancelled one is left out. */
function timer(started: HistoryEvent, events: readonly HistoryEvent[]): Promise<ShownTimelineItem>[] {
  const { timerId, startToFireTimeout } = started.timerStartedEventAttributes!;
  const cancelled = events.some(({ timerCanceledEventAttributes: at }) => at?.timerId === timerId);
  if (cancelled) return [];
  const fired = events.find(({ timerFiredEventAttributes: at }) => at?.timerId === timerId);
  const begun = optionalTsToMs(started.eventTime) ?? 0;
  const until = new Date(begun + (optionalTsToMs(startToFireTimeout) ?? 0)).toISOString();
  const closed = events.some((event) => event.workflowExecutionCompletedEventAttributes);
  if (!fired && closed) return [];
  return [
    Promise.resolve({
      at: timeOf(fired ?? started),
      kind: 'timer',
      actor: 'system',
      code: fired ? 'timerFired' : 'timerRuns',
      text: timerText(fired !== undefined),
      outcome: fired ? 'DONE' : null,
      reason: null,
      ...(fired ? {} : { pending: true, until }),
    }),
  ];
}

/** The message of a failure, without stack and causes: enough to know which system failed. */
async function errorOf(
  failure: Failure | null | undefined,
  converter: DataConverter,
): Promise<string | undefined> {
  if (!failure) return undefined;
  const error = await decodeOptionalFailureToOptionalError(
    converter as Parameters<typeof decodeOptionalFailureToOptionalError>[0],
    failure,
  );
  const text = error?.message || error?.name || 'unknown';
  return text.length > maxErrorLength ? `${text.slice(0, maxErrorLength)}…` : text;
}

const maxErrorLength = 300;
/** Status code of gRPC. */
const notFound = 5;

const timeOf = (event: HistoryEvent) => new Date(optionalTsToMs(event.eventTime) ?? 0).toISOString();
