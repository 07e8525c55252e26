import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { WebhookActivities } from '#activities/operations';
import { inTransaction, type RoleTx } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import { findWebhook, replayDeliveries, type WebhookEndpointRow } from '#libs/db/events';
import { taskQueues, type AuthorityAction } from '#libs/domain';
import {
  addressFault,
  secretsOverlapMs,
  webhookSecret,
  webhookSettings,
  type WebhookAttempt,
} from '#libs/webhooks';
import { ActivityExecutionFailedError } from '@temporalio/client';
import type { Staff } from '../access/staff.js';
import { OpsDependencies } from '../dependencies.js';
import { opsProblem, opsUnavailable } from '../problems.js';
import type { ChangeWebhookRequest, CreateWebhookRequest, ReplayRequest } from './schemas.js';

const saltBytes = 32;
/** How long a test waits for the receiver's response, in milliseconds. */
const testTimeoutMs = 20_000;

/** The acts of staff on webhooks. Each act and its audit entry are one transaction. */
@Injectable()
export class WebhookActs {
  constructor(private readonly dependencies: OpsDependencies) {}

  /**
   * Creates a webhook. A repeated call with the same key and content returns the existing one.
   *
   * @returns its id, and whether this call created it: only then is its secret shown
   */
  async create(
    staff: Staff,
    key: string,
    { url, description, types }: CreateWebhookRequest,
  ): Promise<{ id: string; created: boolean }> {
    this.requireAddress(url);
    const id = `wh_${createHash('sha256').update(`${staff.actor}\n${key}`).digest('hex').slice(0, 32)}`;
    const at = this.dependencies.clock();
    const { created, existing } = await inTransaction(this.dependencies.db, async (tx) => {
      const { numInsertedOrUpdatedRows: inserted } = await tx
        .insertInto('webhook_endpoint')
        .values({
          endpoint_id: id,
          url,
          description,
          types,
          secret_salt: randomBytes(saltBytes),
          previous_secret_until: null,
          disabled_at: null,
          disabled_reason: null,
          created_by: staff.actor,
          created_at: at,
          updated_at: at,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      if (inserted) await this.record(tx, staff, 'createWebhook', { endpointId: id, url, types }, at);
      return { created: Boolean(inserted), existing: await findWebhook(tx, id) };
    });
    const same = existing?.url === url && existing.description === description;
    if (!same || existing.types.join() !== types.join()) throw opsProblem('idempotency-mismatch');
    return { id, created };
  }

  async change(staff: Staff, id: string, change: ChangeWebhookRequest): Promise<void> {
    if (change.url !== undefined) this.requireAddress(change.url);
    const { enabled, ...content } = change;
    await this.changeAudited(staff, id, 'changeWebhook', change, async (tx, before, at) => {
      const switched = enabled !== undefined && enabled !== (before.disabled_at === null);
      await tx
        .updateTable('webhook_endpoint')
        .set({
          ...content,
          ...(switched ? { disabled_at: enabled ? null : at } : {}),
          ...(switched ? { disabled_reason: enabled ? null : `switched off by ${staff.actor}` } : {}),
          updated_at: at,
        })
        .where('endpoint_id', '=', id)
        .execute();
    });
  }

  /** Rotates the secret. The previous one stays valid for a day. */
  async rotate(staff: Staff, id: string): Promise<void> {
    await this.changeAudited(staff, id, 'rotateWebhookSecret', {}, async (tx, before, at) => {
      await tx
        .updateTable('webhook_endpoint')
        .set({
          secret_generation: before.secret_generation + 1,
          previous_secret_until: new Date(at.getTime() + secretsOverlapMs),
          updated_at: at,
        })
        .where('endpoint_id', '=', id)
        .execute();
    });
  }

  async remove(staff: Staff, id: string): Promise<void> {
    await this.changeAudited(staff, id, 'deleteWebhook', {}, async (tx) => {
      await tx.deleteFrom('webhook_endpoint').where('endpoint_id', '=', id).execute();
    });
  }

  async replay(staff: Staff, id: string, request: ReplayRequest): Promise<number> {
    return this.changeAudited(staff, id, 'replayWebhook', request, (tx, _, at) =>
      replayDeliveries(tx, {
        endpointId: id,
        at,
        ...('reissueId' in request
          ? { stream: request.reissueId }
          : { from: new Date(request.from), ...(request.to ? { to: new Date(request.to) } : {}) }),
      }),
    );
  }

  /** Sends a test event. The worker sends it, because only the worker may call other systems. */
  async test(staff: Staff, id: string): Promise<WebhookAttempt> {
    const { temporal } = this.dependencies;
    await this.changeAudited(staff, id, 'testWebhook', {}, () => Promise.resolve());
    const testId = randomUUID();
    const answer = await temporal.client
      .withDeadline(Date.now() + testTimeoutMs + 1_000, () =>
        temporal.client.activity.typed<WebhookActivities>().execute('testWebhook', {
          id: `webhook-test/${testId}`,
          taskQueue: taskQueues.reissue,
          args: [{ endpointId: id, testId }],
          scheduleToCloseTimeout: testTimeoutMs,
          retry: { maximumAttempts: 1 },
        }),
      )
      .catch((error: unknown) => {
        throw error instanceof ActivityExecutionFailedError ? opsUnavailable(error) : error;
      });
    if (answer === 'UNKNOWN') throw opsProblem('not-found');
    return answer;
  }

  /** The current secret of a webhook. */
  async secretOf(id: string): Promise<string> {
    const row = await findWebhook(this.dependencies.db, id);
    const key = this.dependencies.config.webhookKey;
    if (!row || !key) throw opsProblem('not-found');
    return webhookSecret(key, row);
  }

  private requireAddress(url: string): void {
    const settings = webhookSettings(this.dependencies.config);
    const fault = settings ? addressFault(url, settings) : 'RESEAL_WEBHOOK_KEY is not set';
    if (fault !== undefined) throw opsProblem('webhook-address-refused', { extensions: { reason: fault } });
  }

  private async changeAudited<Result>(
    staff: Staff,
    id: string,
    action: AuthorityAction,
    details: object,
    work: (tx: RoleTx<'ops'>, before: WebhookEndpointRow, at: Date) => Promise<Result>,
  ): Promise<Result> {
    const { db, clock } = this.dependencies;
    return inTransaction(db, async (tx) => {
      const before = await tx
        .selectFrom('webhook_endpoint')
        .selectAll()
        .where('endpoint_id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (!before) throw opsProblem('not-found');
      const at = clock();
      const result = await work(tx, before, at);
      await this.record(tx, staff, action, { endpointId: id, ...details }, at);
      return result;
    });
  }

  private record(
    tx: RoleTx<'ops'>,
    { actor }: Staff,
    action: AuthorityAction,
    details: object,
    occurredAt: Date,
  ) {
    return appendAuthorityEntry(tx, { actor, action, outcome: 'DONE', details: { ...details }, occurredAt });
  }
}
