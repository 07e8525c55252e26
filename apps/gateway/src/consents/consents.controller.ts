import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  consentsResponseSchema,
  consentWithdrawalRequestSchema,
  withdrawnConsentSchema,
  type WithdrawnConsent,
} from '#libs/contracts';
import type { z } from 'zod';
import { WithAccess } from '../access/access.guard.js';
import { FromCaller, type Caller } from '../access/caller.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { Consents, type ConsentsResponse } from './consents.js';

@Controller('v1/reissues/:id/consents')
@WithAccess()
export class ConsentsController {
  constructor(private readonly consents: Consents) {}

  @Get()
  @DocumentedEndpoint('getConsents', { 200: consentsResponseSchema })
  list(@Param('id') id: string): Promise<ConsentsResponse> {
    return this.consents.list(id);
  }

  @Post('withdrawals')
  @HttpCode(200)
  @DocumentedEndpoint('withdrawConsent', { 200: withdrawnConsentSchema })
  withdraw(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: consentWithdrawalRequestSchema })
    body: z.output<typeof consentWithdrawalRequestSchema>,
  ): Promise<WithdrawnConsent> {
    return this.consents.withdraw(caller, id, body);
  }
}
