import { Body, Controller, Delete, Get, Headers, HttpCode, Module, Param, Patch, Post } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { staffRoles } from '#libs/domain';
import { Documented } from '#libs/http';
import { requireIdempotencyKey } from '../access/idempotency-key.js';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import {
  changeWebhookRequest,
  createWebhookRequest,
  endpoint,
  endpointIdSchema,
  endpointList,
  endpointWithDeliveries,
  endpointWithSecret,
  newEndpoint,
  emptyBody,
  replayRequest,
  replayResult,
  testResult,
  type ChangeWebhookRequest,
  type CreateWebhookRequest,
  type ReplayRequest,
  type ShownEndpoint,
} from './schemas.js';
import { WebhookActs } from './webhook-acts.js';
import { WebhookViews } from './webhook-views.js';

const id = { schema: endpointIdSchema };

@Controller('v1/webhooks')
class WebhooksController {
  constructor(
    private readonly acts: WebhookActs,
    private readonly views: WebhookViews,
  ) {}

  @Get()
  @Roles(...staffRoles)
  @Documented('listWebhooks', 'List webhooks', { 200: endpointList })
  list() {
    return this.views.list();
  }

  @Post()
  @Roles('approver')
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: '16 to 128 printable characters' })
  @Documented('createWebhook', 'Create a webhook: an address to which events are sent', { 201: newEndpoint })
  async create(
    @CallingStaff() staff: Staff,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: createWebhookRequest }) body: CreateWebhookRequest,
  ) {
    const { id: endpointId, created } = await this.acts.create(staff, requireIdempotencyKey(key), body);
    return created ? this.withSecret(endpointId) : this.views.show(endpointId);
  }

  @Get(':id')
  @Roles(...staffRoles)
  @Documented('getWebhook', 'Get a webhook and its newest deliveries', {
    200: endpointWithDeliveries,
  })
  async show(@Param('id', id) endpointId: string) {
    const shown = await this.views.show(endpointId);
    return { ...shown, deliveries: await this.views.deliveries(endpointId) };
  }

  @Patch(':id')
  @Roles('approver')
  @Documented(
    'changeWebhook',
    'Change, disable or enable a webhook; waiting events are sent once it is enabled',
    {
      200: endpoint,
    },
  )
  async change(
    @CallingStaff() staff: Staff,
    @Param('id', id) endpointId: string,
    @Body({ schema: changeWebhookRequest }) body: ChangeWebhookRequest,
  ): Promise<ShownEndpoint> {
    await this.acts.change(staff, endpointId, body);
    return this.views.show(endpointId);
  }

  @Delete(':id')
  @HttpCode(204)
  @Roles('approver')
  @Documented('deleteWebhook', 'Delete a webhook and its waiting deliveries', {
    204: 'The webhook is deleted',
  })
  async remove(@CallingStaff() staff: Staff, @Param('id', id) endpointId: string): Promise<void> {
    await this.acts.remove(staff, endpointId);
  }

  @Post(':id/secret')
  @HttpCode(200)
  @Roles('approver')
  @Documented('rotateWebhookSecret', 'Rotate the secret of a webhook', { 200: endpointWithSecret })
  async rotate(
    @CallingStaff() staff: Staff,
    @Param('id', id) endpointId: string,
    @Body({ schema: emptyBody }) _body: unknown,
  ) {
    await this.acts.rotate(staff, endpointId);
    return this.withSecret(endpointId);
  }

  @Post(':id/test')
  @HttpCode(200)
  @Roles('operator', 'approver')
  @Documented('testWebhook', 'Send a test event and return the receiver’s response', {
    200: testResult,
  })
  async test(
    @CallingStaff() staff: Staff,
    @Param('id', id) endpointId: string,
    @Body({ schema: emptyBody }) _body: unknown,
  ) {
    const { delivered, status = null, error = null } = await this.acts.test(staff, endpointId);
    return { delivered, status, error };
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Roles('operator', 'approver')
  @Documented(
    'replayWebhook',
    'Send past events again with their original ids, also events older than the webhook',
    {
      200: replayResult,
    },
  )
  async replay(
    @CallingStaff() staff: Staff,
    @Param('id', id) endpointId: string,
    @Body({ schema: replayRequest }) body: ReplayRequest,
  ) {
    return { events: await this.acts.replay(staff, endpointId, body) };
  }

  private async withSecret(endpointId: string) {
    const [shown, secret] = await Promise.all([this.views.show(endpointId), this.acts.secretOf(endpointId)]);
    return { ...shown, secret };
  }
}

/** Webhooks (Standard Webhooks) for systems of the bank that do not read Kafka. The worker sends the events. */
@Module({ controllers: [WebhooksController], providers: [WebhookActs, WebhookViews] })
export class WebhooksModule {}
