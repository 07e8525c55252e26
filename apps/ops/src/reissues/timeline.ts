import { reissueEventTypes } from '#libs/contracts';
import type { AuditEntryRow, OperationOnTarget, SentChallenge } from '#libs/db/audit';
import type { EventRow } from '#libs/db/events';
import { auditActionText } from '#libs/domain';
import type { ProcessHistory } from './process-history.js';
import type { ShownTimeline, ShownTimelineItem } from './schemas.js';
import { challengeText, notificationText, operationText, stateText } from './timeline-words.js';

interface TimelineSources {
  /** Audit entries of the reissue, and of operations that name it. */
  readonly entries: readonly TimelineEntry[];
  readonly events: readonly Pick<EventRow, 'sequence' | 'type' | 'data' | 'occurred_at'>[];
  /** The challenges that providers were asked to send. */
  readonly challenges: readonly SentChallenge[];
  readonly notifications: readonly { moment: string; channel: string; sent_at: Date }[];
  readonly operations: readonly OperationOnTarget[];
  readonly process: ProcessHistory;
}

/**
 * The timeline of a reissue from all its sources, oldest first. Items of the same time keep this order: acts come before
 * the state that they lead to.
 */
export function buildTimeline({
  entries,
  events,
  challenges,
  notifications,
  operations,
  process,
}: TimelineSources): ShownTimeline {
  const providers = new Map(challenges.map(({ challenge_id, provider }) => [challenge_id, provider]));
  const items = [
    ...entries.map((entry) => entryItem(entry, providers)),
    ...operations.map(operationItem),
    ...challenges.map(challengeItem),
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

/** @param providers of the challenges, by their id */
function entryItem(entry: TimelineEntry, providers: ReadonlyMap<string, string>): ShownTimelineItem {
  // The proof (an ID token) is for verifiers only; the timeline names the person.
  const { proof: _, ...details } = entry.details;
  const provider = providers.get(String(details['challengeId']));
  return {
    ...peopleIn(details),
    ...(provider === undefined ? {} : { provider }),
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

/** Requester and approver of the operation that an entry belongs to. */
function peopleIn({ requestedBy, approvedBy }: Record<string, unknown>) {
  return {
    ...(typeof requestedBy === 'string' ? { requestedBy } : {}),
    ...(typeof approvedBy === 'string' ? { approvedBy } : {}),
  };
}

/** The change of state that an event records, if any. Everything else is in the audit entries. */
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

/** `DONE` says only that the provider handled the request: it sends nothing if it does not know the person. */
const challengeOutcomes: Readonly<Record<SentChallenge['state'], string | null>> = {
  PREPARED: null,
  SENT: 'DONE',
  ACCEPTED: 'DONE',
  REPLACED: 'REPLACED',
};

/** The request to a provider to send a challenge. */
function challengeItem({ method, state, created_at: at, provider }: SentChallenge): ShownTimelineItem {
  return {
    at: at.toISOString(),
    kind: 'challenge',
    actor: 'system',
    code: method,
    text: challengeText(method),
    outcome: challengeOutcomes[state],
    reason: null,
    provider,
  };
}

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

/** A planned operation; audit entries show what it did. */
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
