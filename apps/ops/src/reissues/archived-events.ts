import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import proto, { type temporal } from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** An event as it was archived: protobuf's JSON, of which only what may be kept for years was left. */
export interface ArchivedEvent {
  readonly runId: string;
  readonly [member: string]: unknown;
}

/** Members that tell of activities and timers. Payloads were decoded in the archive, and are no payloads any more. */
const keptMembers = [
  'eventId',
  'eventTime',
  'eventType',
  'activityId',
  'activityType',
  'scheduledEventId',
  'attempt',
  'timerId',
  'startToFireTimeout',
];

/** What tells of activities and timers in the events of one run, as Temporal would give it. */
export function eventsFromArchive(events: readonly ArchivedEvent[]): readonly HistoryEvent[] {
  const readable = events.map((event) =>
    Object.fromEntries(
      Object.entries(event).flatMap(([name, value]) => {
        if (name.endsWith('EventAttributes')) return [[name, attributesOf(value as object)]];
        return keptMembers.includes(name) ? [[name, value]] : [];
      }),
    ),
  );
  // As the wire gives it: numbers are Longs.
  return History.decode(History.encode(historyFromJSON({ events: readable })).finish()).events;
}

function attributesOf(attributes: object): object {
  const kept = Object.entries(attributes).filter(([name]) => keptMembers.includes(name));
  const { failure } = attributes as { failure?: Failure };
  return { ...Object.fromEntries(kept), ...(failure ? { failure: { message: nameOf(failure) } } : {}) };
}

interface Failure {
  readonly cause?: Failure;
  readonly applicationFailureInfo?: { readonly type?: string };
  readonly timeoutFailureInfo?: { readonly timeoutType?: string };
}

/** The archive has what a failure is called, not what it says. */
const nameOf = (failure: Failure): string =>
  failure.applicationFailureInfo?.type ??
  (failure.cause ? nameOf(failure.cause) : (failure.timeoutFailureInfo?.timeoutType ?? 'unknown'));
