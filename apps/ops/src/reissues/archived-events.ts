import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import proto, { type temporal } from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** An archived event: protobuf's JSON, reduced to the members that may be kept for years. */
export interface ArchivedEvent {
  readonly runId: string;
  readonly [member: string]: unknown;
}

/** Members that describe activities and timers. Payloads were decoded before archiving, so they are not payloads here. */
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

/** The archived events of one run in the form in which Temporal returns them, with what activities and timers need. */
export function eventsFromArchive(events: readonly ArchivedEvent[]): readonly HistoryEvent[] {
  const readable = events.map((event) =>
    Object.fromEntries(
      Object.entries(event).flatMap(([name, value]) => {
        if (name.endsWith('EventAttributes')) return [[name, attributesOf(value as object)]];
        return keptMembers.includes(name) ? [[name, value]] : [];
      }),
    ),
  );
  // As decoded from the wire: numbers are Longs.
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

/** The archive keeps the name of a failure, not its message. */
const nameOf = (failure: Failure): string =>
  failure.applicationFailureInfo?.type ??
  (failure.cause ? nameOf(failure.cause) : (failure.timeoutFailureInfo?.timeoutType ?? 'unknown'));
