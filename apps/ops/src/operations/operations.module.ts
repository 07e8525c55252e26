import { Body, Controller, Get, Headers, HttpCode, Module, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { staffRoles } from '#libs/domain';
import { ConfigureRoute, Documented } from '#libs/http';
import type { z } from 'zod';
import { requireIdempotencyKey } from '../access/idempotency-key.js';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { OperationActs } from './operation-acts.js';
import { OperationViews } from './operation-views.js';
import {
  approveRequest,
  cancelRequest,
  changeOperationRequest,
  confirmRequest,
  itemPage,
  itemsQuery,
  operation,
  operationIdSchema,
  operationPage,
  operationsQuery,
  planOperationRequest,
  rejectRequest,
  type ShownOperation,
} from './schemas.js';

type Of<Schema extends z.ZodType> = z.output<Schema>;
const id = { schema: operationIdSchema };

/** In bytes: as many ids as may be named one by one fit in. */
const largestSelection = 2 * 1024 * 1024;

@Controller('v1/operations')
class OperationsController {
  constructor(
    private readonly acts: OperationActs,
    private readonly views: OperationViews,
  ) {}

  @Post()
  @ConfigureRoute({ bodyLimit: largestSelection })
  @Roles('operator')
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: '16 to 128 printable characters' })
  @Documented(
    'planOperation',
    'Plan an operation: the exact list, and what would become of each. Nothing is done',
    { 201: operation },
    {
      description:
        'It waits 24 hours to be confirmed. The same key and body again answer with the same operation.',
    },
  )
  async plan(
    @CallingStaff() staff: Staff,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: planOperationRequest }) body: Of<typeof planOperationRequest>,
  ): Promise<ShownOperation> {
    return this.views.show(await this.acts.plan(staff, requireIdempotencyKey(key), body));
  }

  @Get()
  @Roles(...staffRoles)
  @Documented('listOperations', 'Operations, newest first', { 200: operationPage })
  list(
    @Query({ schema: operationsQuery }) query: Of<typeof operationsQuery>,
  ): Promise<Of<typeof operationPage>> {
    return this.views.list(query);
  }

  @Get(':id')
  @Roles(...staffRoles)
  @Documented('getOperation', 'One operation and how far it has come', { 200: operation })
  show(@Param('id', id) operationId: string): Promise<ShownOperation> {
    return this.views.show(operationId);
  }

  @Get(':id/items')
  @Roles(...staffRoles)
  @Documented('listOperationItems', 'What an operation acts on: plan and outcome of each', { 200: itemPage })
  items(
    @Param('id', id) operationId: string,
    @Query({ schema: itemsQuery }) query: Of<typeof itemsQuery>,
  ): Promise<Of<typeof itemPage>> {
    return this.views.items(operationId, query);
  }

  @Patch(':id')
  @ConfigureRoute({ bodyLimit: largestSelection })
  @Roles('operator')
  @Documented('changeOperation', 'Plan it anew: it has another digest, and must be confirmed again', {
    200: operation,
  })
  async change(
    @CallingStaff() staff: Staff,
    @Param('id', id) operationId: string,
    @Body({ schema: changeOperationRequest }) body: Of<typeof changeOperationRequest>,
  ): Promise<ShownOperation> {
    await this.acts.change(staff, operationId, body);
    return this.views.show(operationId);
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @Roles('operator')
  @Documented('confirmOperation', 'Do what the plan says, or ask for its approval', { 200: operation })
  async confirm(
    @CallingStaff() staff: Staff,
    @Param('id', id) operationId: string,
    @Body({ schema: confirmRequest }) body: Of<typeof confirmRequest>,
  ): Promise<ShownOperation> {
    await this.acts.confirm(staff, operationId, body);
    return this.views.show(operationId);
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Roles('approver')
  @Documented(
    'approveOperation',
    'Agree to exactly what was read: it begins. Not to what one asked for oneself',
    {
      200: operation,
    },
  )
  async approve(
    @CallingStaff() staff: Staff,
    @Param('id', id) operationId: string,
    @Body({ schema: approveRequest }) body: Of<typeof approveRequest>,
  ): Promise<ShownOperation> {
    await this.acts.approve(staff, operationId, body);
    return this.views.show(operationId);
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Roles('approver')
  @Documented('rejectOperation', 'Disagree: it ends', { 200: operation })
  async reject(
    @CallingStaff() staff: Staff,
    @Param('id', id) operationId: string,
    @Body({ schema: rejectRequest }) body: Of<typeof rejectRequest>,
  ): Promise<ShownOperation> {
    await this.acts.reject(staff, operationId, body);
    return this.views.show(operationId);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Roles('operator')
  @Documented('cancelOperation', 'End it; one that is under way stops before its next item', {
    200: operation,
  })
  async cancel(
    @CallingStaff() staff: Staff,
    @Param('id', id) operationId: string,
    @Body({ schema: cancelRequest }) _body: Of<typeof cancelRequest>,
  ): Promise<ShownOperation> {
    await this.acts.cancel(staff, operationId);
    return this.views.show(operationId);
  }
}

/** What operators do, one or many at a time: planned, confirmed, where it must be approved, run, and visible after. */
@Module({ controllers: [OperationsController], providers: [OperationActs, OperationViews] })
export class OperationsModule {}
