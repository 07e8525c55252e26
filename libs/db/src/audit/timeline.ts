import type { OperationKind, OperationState } from '#libs/domain';
import type { Database } from '../database.js';
import { sql, type NotNull } from 'kysely';
import type { ChallengeRow, EventRow, Row } from '../rows.js';

export type AuditEntryRow = Row<'audit_entry'>;

/** All entries of a reissue in order, without personal parts. */
export async function auditTrailOf(
  db: Database<'select audit_entry'>,
  reissueId: string,
): Promise<AuditEntryRow[]> {
  return db
    .selectFrom('audit_entry')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .orderBy('sequence')
    .execute();
}

/** Entries outside the reissue's stream about operations on it, in order. */
export async function operationEntriesOf(
  db: Database<'select authority_entry'>,
  reissueId: string,
): Promise<Omit<AuditEntryRow, 'reissue_id' | 'sequence' | 'personal_digest'>[]> {
  return db
    .selectFrom('authority_entry')
    .select(['actor', 'action', 'outcome', 'reason', 'details', 'occurred_at', 'recorded_by', 'recorded_at'])
    .where(sql<boolean>`details ? 'reissueId' AND details ->> 'reissueId' = ${reissueId}`)
    .where(sql<boolean>`details ? 'operationId'`)
    .orderBy('position')
    .execute();
}

/** All events of a reissue and its certificates, in order. */
export async function eventsOfReissue(
  db: Database<'select event'>,
  reissueId: string,
): Promise<Pick<EventRow, 'sequence' | 'type' | 'data' | 'occurred_at'>[]> {
  return db
    .selectFrom('event')
    .select(['sequence', 'type', 'data', 'occurred_at'])
    .where('stream', '=', reissueId)
    .orderBy('sequence')
    .execute();
}

export interface OperationOnTarget {
  readonly operation_id: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly outcome: string | null;
  readonly requested_by: string;
  /** The person who approved the current plan. */
  readonly approved_by: string | null;
  readonly reason: string;
  readonly created_at: Date;
  readonly tried_at: Date | null;
}

/** Operations on a reissue or a certificate, newest first, at most 100. */
export async function operationsOn(
  db: Database<'select operation' | 'select operation_approval' | 'select operation_item'>,
  target: string,
): Promise<OperationOnTarget[]> {
  return db
    .selectFrom('operation_item')
    .innerJoin('operation', 'operation.operation_id', 'operation_item.operation_id')
    .leftJoin('operation_approval', (join) =>
      join
        .onRef('operation_approval.operation_id', '=', 'operation.operation_id')
        .onRef('operation_approval.digest', '=', 'operation.digest')
        .on('decision', '=', 'APPROVED'),
    )
    .select([
      'operation.operation_id',
      'kind',
      'state',
      'outcome',
      'operation.requested_by',
      'decided_by as approved_by',
      'reason',
      'operation.created_at',
      'tried_at',
    ])
    .where('target', '=', target)
    .orderBy('operation.created_at', 'desc')
    .limit(100)
    .execute();
}

/** A challenge that a provider was asked to send, without anything personal. */
export type SentChallenge = Pick<ChallengeRow, 'challenge_id' | 'method' | 'state' | 'created_at'> & {
  readonly provider: string;
};

/** The challenges that a provider has, or may have, in order. */
export async function sentChallengesOf(
  db: Database<'select challenge'>,
  reissueId: string,
): Promise<SentChallenge[]> {
  return db
    .selectFrom('challenge')
    .select(['challenge_id', 'method', 'state', 'created_at', 'provider'])
    .where('reissue_id', '=', reissueId)
    .where('provider', 'is not', null)
    .orderBy('created_at')
    .orderBy('method')
    .$narrowType<{ provider: NotNull }>()
    .execute();
}

/** Notifications sent for a reissue, in order. */
export async function notificationsOf(
  db: Database<'select notification'>,
  reissueId: string,
): Promise<{ moment: string; channel: string; sent_at: Date }[]> {
  return db
    .selectFrom('notification')
    .select(['moment', 'channel', 'sent_at'])
    .where('reissue_id', '=', reissueId)
    .orderBy('sent_at')
    .execute();
}
