import { reissueEventTypes } from '#libs/contracts';
import type { AuditEntryRow, OperationOnTarget } from '#libs/db/audit';
import type { EventRow } from '#libs/db/events';
import { auditActionText } from '#libs/domain';
import type { ProcessHistory } from './process-history.js';
import type { ShownTimeline, ShownTimelineItem } from './schemas.js';
import { notificationText, operationText, stateText } from './timeline-words.js';

interface TimelineSources {
  /** Its own, and those of operations that name it. */
  readonly entries: readonly TimelineEntry[];
  readonly events: readonly Pick<EventRow, 'sequence' | 'type' | 'data' | 'occurred_at'>[];
  readonly notifications: readonly { moment: string; channel: string; sent_at: Date }[];
  readonly operations: readonly OperationOnTarget[];
  readonly process: ProcessHistory;
}

/**
 * What happened to a reissue, from everything that tells of it, oldest first. What happened in one moment keeps the
 * order in which it was written, acts before the state that they led to.
 */
export function buildTimeline({
  entries,
  events,
  notifications,
  operations,
  process,
}: TimelineSources): ShownTimeline {
  const items = [
    ...entries.map(entryItem),
    ...operations.map(operationItem),
    ...process.items,
    ...events.flatMap(eventItems),
    ...notifications.map(notificationItem),
  ];
  return {
    items: items.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at)),
    process: process.process,
  };
}

type TimelineEntry = Pick<
  AuditEntryRow,
  'actor' | 'action' | 'outcome' | 'reason' | 'details' | 'occurred_at'
>;

function entryItem(entry: TimelineEntry): ShownTimelineItem {
  // The proof of a person is for verifiers: here stands whose it is.
  const { proof: _, ...details } = entry.details;
  return {
    ...peopleIn(details),
    at: entry.occurred_at.toISOString(),
    kind: 'entry',
    actor: entry.actor,
    code: entry.action,
    text: auditActionText(entry.action),
    outcome: entry.outcome,
    reason: entry.reason,
    details,
  };
}

/** Who asked for what an operation did, and who approved it. */
function peopleIn({ requestedBy, approvedBy }: Record<string, unknown>) {
  return {
    ...(typeof requestedBy === 'string' ? { requestedBy } : {}),
    ...(typeof approvedBy === 'string' ? { approvedBy } : {}),
  };
}

/** Events tell what entries tell; here they mark the changes of state. */
function eventItems({ type, data, occurred_at: at }: TimelineSources['events'][number]): ShownTimelineItem[] {
  const { state, previousState, code } = data as { state?: string; previousState?: string; code?: string };
  if (!isReissueEvent(type) || state === undefined || state === previousState) return [];
  return [
    {
      at: at.toISOString(),
      kind: 'event',
      actor: 'system',
      code: state,
      text: stateText(state),
      outcome: null,
      reason: code ?? null,
    },
  ];
}

const isReissueEvent = (type: string) => (reissueEventTypes as readonly string[]).includes(type);

function notificationItem({
  moment,
  channel,
  sent_at: at,
}: TimelineSources['notifications'][number]): ShownTimelineItem {
  return {
    at: at.toISOString(),
    kind: 'notice',
    actor: 'system',
    code: moment,
    text: notificationText(moment, channel),
    outcome: 'SENT',
    reason: null,
  };
}

/** That operators planned something; what came of it stands in the entries. */
function operationItem(operation: OperationOnTarget): ShownTimelineItem {
  return {
    at: operation.created_at.toISOString(),
    kind: 'operation',
    actor: operation.requested_by,
    code: operation.kind,
    text: operationText(operation.kind),
    outcome: operation.outcome ?? operation.state,
    reason: operation.reason,
    requestedBy: operation.requested_by,
    ...(operation.approved_by === null ? {} : { approvedBy: operation.approved_by }),
    details: { operationId: operation.operation_id },
  };
}
