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

/** Largest body in bytes; the largest selection of single ids fits. */
const maxSelectionBytes = 2 * 1024 * 1024;

@Controller('v1/operations')
class OperationsController {
  constructor(
    private readonly acts: OperationActs,
    private readonly views: OperationViews,
  ) {}

  @Post()
  @ConfigureRoute({ bodyLimit: maxSelectionBytes })
  @Roles('operator')
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: '16 to 128 printable characters' })
  @Documented(
    'planOperation',
    'Plan an operation: list its items and the expected outcome of each, without carrying it out',
    { 201: operation },
    {
      description:
        'The plan can be confirmed for 24 hours. A repeated call with the same key and body returns the same operation.',
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
  @Documented('listOperations', 'List operations, newest first', { 200: operationPage })
  list(
    @Query({ schema: operationsQuery }) query: Of<typeof operationsQuery>,
  ): Promise<Of<typeof operationPage>> {
    return this.views.list(query);
  }

  @Get(':id')
  @Roles(...staffRoles)
  @Documented('getOperation', 'Get an operation and its progress', { 200: operation })
  show(@Param('id', id) operationId: string): Promise<ShownOperation> {
    return this.views.show(operationId);
  }

  @Get(':id/items')
  @Roles(...staffRoles)
  @Documented('listOperationItems', 'List the items of an operation, with plan and outcome of each', {
    200: itemPage,
  })
  items(
    @Param('id', id) operationId: string,
    @Query({ schema: itemsQuery }) query: Of<typeof itemsQuery>,
  ): Promise<Of<typeof itemPage>> {
    return this.views.items(operationId, query);
  }

  @Patch(':id')
  @ConfigureRoute({ bodyLimit: maxSelectionBytes })
  @Roles('operator')
  @Documented('changeOperation', 'Change a planned operation; a new digest must be confirmed again', {
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
  @Documented('confirmOperation', 'Confirm the plan; the operation starts, or waits for its approval', {
    200: operation,
  })
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
    'Approve the plan that was read, and start the operation; not allowed for its requester',
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
  @Documented('rejectOperation', 'Reject the plan and end the operation', { 200: operation })
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
  @Documented('cancelOperation', 'Cancel an operation; a running one stops before its next item', {
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

/** Operators' operations on one or many items: planned, confirmed, approved where needed, run, and visible afterwards. */
@Module({ controllers: [OperationsController], providers: [OperationActs, OperationViews] })
export class OperationsModule {}
