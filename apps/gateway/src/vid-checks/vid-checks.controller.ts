import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { serialSchema, vidCheckRequestSchema, vidCheckResponseSchema } from '#libs/contracts';
import type { z } from 'zod';
import { WithAccess } from '../access/access.guard.js';
import { FromCaller, type Caller } from '../access/caller.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { VidCheckCalls, type VidCheckResponse } from './vid-checks.js';

@Controller('v1/certificates')
@WithAccess()
export class VidChecksController {
  constructor(private readonly checks: VidCheckCalls) {}

  @Post(':serial/vid-checks')
  @HttpCode(200)
  @DocumentedEndpoint('checkVid', { 200: vidCheckResponseSchema })
  check(
    @FromCaller() caller: Caller,
    @Param('serial', { schema: serialSchema }) serial: string,
    @Body({ schema: vidCheckRequestSchema }) body: z.output<typeof vidCheckRequestSchema>,
  ): Promise<VidCheckResponse> {
    return this.checks.check(caller, serial, body);
  }
}
