import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  transferContentSchema,
  transferEndSchema,
  transferIdSchema,
  transferJoinSchema,
  transferRequestSchema,
  transferSchema,
  type Transfer,
} from '#libs/contracts';
import type { z } from 'zod';
import { WithAccess } from '../access/access.guard.js';
import { FromCaller, type Caller } from '../access/caller.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { Transfers } from './transfers.js';

@Controller('v1/transfers')
@WithAccess()
export class TransfersController {
  constructor(private readonly transfers: Transfers) {}

  @Post()
  @DocumentedEndpoint('openTransfer', { 201: transferSchema })
  open(
    @FromCaller() caller: Caller,
    @Body({ schema: transferRequestSchema }) { share }: z.output<typeof transferRequestSchema>,
  ): Promise<Transfer> {
    return this.transfers.open(caller, share);
  }

  @Post('joins')
  @HttpCode(200)
  @DocumentedEndpoint('joinTransfer', { 200: transferSchema })
  join(
    @FromCaller() caller: Caller,
    @Body({ schema: transferJoinSchema }) { box, share }: z.output<typeof transferJoinSchema>,
  ): Promise<Transfer> {
    return this.transfers.join(caller, box, share);
  }

  @Get(':transferId')
  @DocumentedEndpoint('getTransfer', { 200: transferSchema })
  show(@Param('transferId', { schema: transferIdSchema }) transferId: string): Promise<Transfer> {
    return this.transfers.show(transferId);
  }

  @Post(':transferId/content')
  @HttpCode(200)
  @DocumentedEndpoint('sendTransfer', { 200: transferSchema })
  send(
    @FromCaller() caller: Caller,
    @Param('transferId', { schema: transferIdSchema }) transferId: string,
    @Body({ schema: transferContentSchema }) { content }: z.output<typeof transferContentSchema>,
  ): Promise<Transfer> {
    return this.transfers.send(caller, transferId, content);
  }

  @Post(':transferId/end')
  @HttpCode(200)
  @DocumentedEndpoint('endTransfer', { 200: transferSchema })
  end(
    @FromCaller() caller: Caller,
    @Param('transferId', { schema: transferIdSchema }) transferId: string,
    @Body({ schema: transferEndSchema }) { outcome }: z.output<typeof transferEndSchema>,
  ): Promise<Transfer> {
    return this.transfers.end(caller, transferId, outcome);
  }
}
