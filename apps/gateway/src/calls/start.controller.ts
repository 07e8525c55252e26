import { Body, Controller, Post, UseInterceptors } from '@nestjs/common';
import { startRequestSchema, startResponseSchema } from '#libs/contracts';
import { ConfigureRoute } from '#libs/http';
import type { z } from 'zod';
import { WithAccess } from '../access/access.guard.js';
import { FromCaller, type Caller } from '../access/caller.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { SendCallResponse, type CallResponse } from './call-response.js';
import { ReissueCalls } from './reissue-calls.js';

@Controller('v1/reissues')
@WithAccess()
@UseInterceptors(SendCallResponse)
export class StartController {
  constructor(private readonly calls: ReissueCalls) {}

  @Post()
  @ConfigureRoute({ admittedAs: 'start' })
  @DocumentedEndpoint('startReissue', { 201: startResponseSchema, 202: startResponseSchema })
  start(
    @FromCaller() caller: Caller,
    @Body({ schema: startRequestSchema }) body: z.output<typeof startRequestSchema>,
  ): Promise<CallResponse> {
    return this.calls.start(caller, body);
  }
}
