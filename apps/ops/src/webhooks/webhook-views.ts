import { Injectable } from '@nestjs/common';
import type { WebhookEndpointRow } from '#libs/db/events';
import { OpsDependencies } from '../dependencies.js';
import { opsProblem } from '../problems.js';
import type { ShownDelivery, ShownEndpoint } from './schemas.js';

const deliveriesShown = 100;

/** Webhooks as the API shows them, without their secrets. */
@Injectable()
export class WebhookViews {
  constructor(private readonly dependencies: OpsDependencies) {}

  async list(): Promise<{ items: ShownEndpoint[] }> {
    const rows = await this.endpoints().orderBy('created_at').execute();
    return { items: rows.map(shownEndpoint) };
  }

  async show(id: string): Promise<ShownEndpoint> {
    const row = await this.endpoints().where('endpoint_id', '=', id).executeTakeFirst();
    if (!row) throw opsProblem('not-found');
    return shownEndpoint(row);
  }

  async deliveries(id: string): Promise<ShownDelivery[]> {
    const rows = await this.dependencies.db
      .selectFrom('webhook_delivery as delivery')
      .innerJoin('event', (join) =>
        join.onRef('event.stream', '=', 'delivery.stream').onRef('event.sequence', '=', 'delivery.sequence'),
      )
      .selectAll('delivery')
      .select('event.type')
      .where('endpoint_id', '=', id)
      .orderBy('event.position', 'desc')
      .limit(deliveriesShown)
      .execute();
    return rows.map((row) => ({
      eventId: `${row.stream}/${row.sequence}`,
      type: row.type,
      state: row.state,
      attempts: row.attempts,
      nextAttemptAt: row.state === 'PENDING' ? row.next_attempt_at.toISOString() : null,
      lastStatus: row.last_status,
      lastError: row.last_error,
      endedAt: row.ended_at?.toISOString() ?? null,
    }));
  }

  private endpoints() {
    return this.dependencies.db
      .selectFrom('webhook_endpoint as endpoint')
      .selectAll()
      .select(({ selectFrom, fn }) =>
        selectFrom('webhook_delivery as delivery')
          .select(fn.countAll<string>().as('count'))
          .whereRef('delivery.endpoint_id', '=', 'endpoint.endpoint_id')
          .where('delivery.state', '=', 'PENDING')
          .as('waiting'),
      );
  }
}

const shownEndpoint = (row: WebhookEndpointRow & { waiting: string | null }): ShownEndpoint => ({
  id: row.endpoint_id,
  url: row.url,
  description: row.description,
  types: row.types,
  enabled: row.disabled_at === null,
  disabledReason: row.disabled_reason,
  previousSecretUntil: row.previous_secret_until?.toISOString() ?? null,
  waiting: Number(row.waiting),
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});
