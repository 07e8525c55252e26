import { reissueEventTypes } from '#libs/contracts';
import type { AuditEntryRow, OperationOnTarget } from '#libs/db/audit';
import type { EventRow } from '#libs/db/events';
import { auditActionText } from '#libs/domain';
import type { ProcessHistory } from './process-history.js';
import type { Timeline, TimelineItem } from './schemas.js';
import { noticeText, operationText, stateText } from './timeline-words.js';

interface TimelineSources {
  /** Its own, and those of operations that name it. */
  readonly entries: readonly TimelineEntry[];
  readonly events: readonly Pick<EventRow, 'sequence' | 'type' | 'data' | 'occurred_at'>[];
  readonly notices: readonly { moment: string; channel: string; sent_at: Date }[];
  readonly operations: readonly OperationOnTarget[];
  readonly process: ProcessHistory;
}

/**
 * What happened to a reissue, from everything that tells of it, oldest first. What happened in one moment keeps the
 * order in which it was written, acts before the state that they led to.
 */
export function buildTimeline({ entries, events, notices, operations, process }: TimelineSources): Timeline {
  const items = [
    ...entries.map(ofEntry),
    ...operations.map(ofOperation),
    ...process.items,
    ...events.flatMap(ofEvent),
    ...notices.map(ofNotice),
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

function ofEntry(entry: TimelineEntry): TimelineItem {
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
function ofEvent({ type, data, occurred_at: at }: TimelineSources['events'][number]): TimelineItem[] {
  const { state, previousState, code } = data as { state?: string; previousState?: string; code?: string };
  if (!isOfReissue(type) || state === undefined || state === previousState) return [];
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

const isOfReissue = (type: string) => (reissueEventTypes as readonly string[]).includes(type);

function ofNotice({ moment, channel, sent_at: at }: TimelineSources['notices'][number]): TimelineItem {
  return {
    at: at.toISOString(),
    kind: 'notice',
    actor: 'system',
    code: moment,
    text: noticeText(moment, channel),
    outcome: 'SENT',
    reason: null,
  };
}

/** That operators planned something; what came of it stands in the entries. */
function ofOperation(operation: OperationOnTarget): TimelineItem {
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
