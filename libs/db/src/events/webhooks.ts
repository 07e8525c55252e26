import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { EventRow, Row } from '../rows.js';

export type WebhookEndpointRow = Row<'webhook_endpoint'>;
type WebhookDeliveryRow = Row<'webhook_delivery'>;

/** A delivery that is due, with its event. */
export type DueDelivery = Pick<WebhookDeliveryRow, 'endpoint_id' | 'stream' | 'sequence' | 'attempts'> &
  Pick<EventRow, 'key' | 'type' | 'data' | 'occurred_at'>;

export interface DeliveryOutcome {
  readonly state: WebhookDeliveryRow['state'];
  readonly attempts: number;
  readonly nextAttemptAt?: Date;
  /** HTTP status. */
  readonly status?: number;
  /** Set if no response was received. */
  readonly error?: string;
  readonly at: Date;
}

export async function findWebhook(
  db: Database<'select webhook_endpoint'> | Tx<'select webhook_endpoint'>,
  endpointId: string,
): Promise<WebhookEndpointRow | undefined> {
  return db
    .selectFrom('webhook_endpoint')
    .selectAll()
    .where('endpoint_id', '=', endpointId)
    .executeTakeFirst();
}

/** Enabled endpoints with a delivery that is due. */
export async function dueEndpoints(
  db: Database<'select webhook_delivery' | 'select webhook_endpoint'>,
  now: Date,
): Promise<WebhookEndpointRow[]> {
  return db
    .selectFrom('webhook_endpoint as endpoint')
    .selectAll()
    .where('disabled_at', 'is', null)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('webhook_delivery as delivery')
          .select('delivery.endpoint_id')
          .whereRef('delivery.endpoint_id', '=', 'endpoint.endpoint_id')
          .where('state', '=', sql.lit('PENDING' as const))
          .where('next_attempt_at', '<=', now),
      ),
    )
    .execute();
}

/** Due deliveries of an endpoint, at most one for each stream: later events wait, so that order is kept. */
export async function dueDeliveries(
  db: Database<'select event' | 'select webhook_delivery'>,
  endpointId: string,
  now: Date,
  limit: number,
): Promise<DueDelivery[]> {
  return db
    .selectFrom('webhook_delivery as delivery')
    .innerJoin('event', (join) =>
      join.onRef('event.stream', '=', 'delivery.stream').onRef('event.sequence', '=', 'delivery.sequence'),
    )
    .select([
      'delivery.endpoint_id',
      'delivery.stream',
      'delivery.sequence',
      'delivery.attempts',
      'event.key',
      'event.type',
      'event.data',
      'event.occurred_at',
    ])
    .where('delivery.endpoint_id', '=', endpointId)
    .where('delivery.state', '=', sql.lit('PENDING' as const))
    .where('delivery.next_attempt_at', '<=', now)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('webhook_delivery as before')
            .select('before.sequence')
            .whereRef('before.endpoint_id', '=', 'delivery.endpoint_id')
            .whereRef('before.stream', '=', 'delivery.stream')
            .whereRef('before.sequence', '<', 'delivery.sequence')
            .where('before.state', '=', sql.lit('PENDING' as const)),
        ),
      ),
    )
    .orderBy('delivery.next_attempt_at')
    .orderBy('event.position')
    .limit(limit)
    .execute();
}

export async function recordDelivery(
  db: Database<'select webhook_delivery' | 'update webhook_delivery'>,
  { endpoint_id, stream, sequence }: Pick<DueDelivery, 'endpoint_id' | 'stream' | 'sequence'>,
  { state, attempts, nextAttemptAt, status, error, at }: DeliveryOutcome,
): Promise<void> {
  await db
    .updateTable('webhook_delivery')
    .set({
      state,
      attempts,
      ...(nextAttemptAt ? { next_attempt_at: nextAttemptAt } : {}),
      last_status: status ?? null,
      last_error: error ?? null,
      ended_at: state === 'PENDING' ? null : at,
    })
    .where('endpoint_id', '=', endpoint_id)
    .where('stream', '=', stream)
    .where('sequence', '=', sequence)
    .execute();
}

/** Disables an endpoint. @returns false if it was disabled already */
export async function disableWebhook(
  tx: Tx<'select webhook_endpoint' | 'update webhook_endpoint'>,
  endpointId: string,
  reason: string,
  at: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('webhook_endpoint')
    .set({ disabled_at: at, disabled_reason: reason, updated_at: at })
    .where('endpoint_id', '=', endpointId)
    .where('disabled_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Deletes deliveries that ended before a time. */
export async function deleteEndedDeliveries(
  db: Database<'select webhook_delivery' | 'delete webhook_delivery'>,
  before: Date,
): Promise<void> {
  await db.deleteFrom('webhook_delivery').where('ended_at', '<', before).execute();
}

/** The number of pending deliveries, and how many of them have failed at least once. */
export async function waitingDeliveries(
  db: Database<'select webhook_delivery'>,
): Promise<{ waiting: number; failing: number }> {
  const row = await db
    .selectFrom('webhook_delivery')
    .select(({ fn }) => [
      fn.countAll<string>().as('waiting'),
      fn.countAll<string>().filterWhere('attempts', '>', 0).as('failing'),
    ])
    .where('state', '=', sql.lit('PENDING' as const))
    .executeTakeFirstOrThrow();
  return { waiting: Number(row.waiting), failing: Number(row.failing) };
}

export interface WebhookReplay {
  readonly endpointId: string;
  /** The events of one stream, or of a period, or both. */
  readonly stream?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly at: Date;
}

/** Queues events for delivery again, also events that were never queued. @returns the number queued */
export async function replayDeliveries(
  tx: Tx<
    | 'select event'
    | 'select webhook_delivery'
    | 'select webhook_endpoint'
    | 'insert webhook_delivery'
    | 'update webhook_delivery'
  >,
  replay: WebhookReplay,
): Promise<number> {
  const { endpointId, stream, from, to, at } = replay;
  const { rows } = await sql`
    INSERT INTO webhook_delivery (endpoint_id, stream, sequence, next_attempt_at)
      SELECT endpoint_id, stream, sequence, ${at}::timestamptz FROM event, webhook_endpoint
      WHERE endpoint_id = ${endpointId} AND webhook_wants(types, topic, type)
        AND (${stream ?? null}::text IS NULL OR stream = ${stream ?? null})
        AND (${from ?? null}::timestamptz IS NULL OR occurred_at >= ${from ?? null})
        AND (${to ?? null}::timestamptz IS NULL OR occurred_at <= ${to ?? null})
    ON CONFLICT (endpoint_id, stream, sequence) DO UPDATE
      SET state = 'PENDING', attempts = 0, next_attempt_at = excluded.next_attempt_at, ended_at = NULL
    RETURNING 1`.execute(tx);
  return rows.length;
}
