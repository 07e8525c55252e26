import { Body, Controller, HttpCode, Inject, Param, Post, UseInterceptors } from '@nestjs/common';
import {
  applicationRequestSchema,
  certificateRequestSchema,
  challengesRequestSchema,
  challengesResponseSchema,
  consentsRequestSchema,
  passwordRequestSchema,
  passwordResetRequestSchema,
  reissueSchema,
  registrationRequestSchema,
  startRequestSchema,
  startResponseSchema,
  verificationsRequestSchema,
  verificationsResponseSchema,
} from '#libs/contracts';
import { z } from 'zod';
import { WithAccess } from '../access/access.guard.js';
import { FromCaller, type Caller } from '../access/caller.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { SendCallResponse, type CallResponse } from './call-response.js';
import { ReissueCalls } from './reissue-calls.js';

type Of<Schema extends z.ZodType> = z.output<Schema>;

const cancelRequestSchema = z.strictObject({}).default({});

@Controller('v1/reissues')
@WithAccess()
@UseInterceptors(SendCallResponse)
export class ReissuesController {
  constructor(@Inject(ReissueCalls) private readonly calls: ReissueCalls) {}

  @Post()
  @DocumentedEndpoint('startReissue', { 201: startResponseSchema, 202: startResponseSchema })
  start(
    @FromCaller() caller: Caller,
    @Body({ schema: startRequestSchema }) body: Of<typeof startRequestSchema>,
  ): Promise<CallResponse> {
    return this.calls.start(caller, body);
  }

  @Post(':id/identity/challenges')
  @HttpCode(200)
  @DocumentedEndpoint('requestChallenges', { 200: challengesResponseSchema, 202: challengesResponseSchema })
  requestChallenges(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: challengesRequestSchema }) body: Of<typeof challengesRequestSchema>,
  ): Promise<CallResponse> {
    return this.calls.runStep(caller, id, 'requestChallenges', body);
  }

  @Post(':id/identity/verifications')
  @HttpCode(200)
  @DocumentedEndpoint('answerChallenges', {
    200: verificationsResponseSchema,
    202: verificationsResponseSchema,
  })
  answerChallenges(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: verificationsRequestSchema }) body: Of<typeof verificationsRequestSchema>,
  ): Promise<CallResponse> {
    return this.calls.runStep(caller, id, 'answerChallenges', body);
  }

  @Post(':id/password')
  @HttpCode(200)
  @DocumentedEndpoint('submitPassword', { 200: reissueSchema, 202: reissueSchema })
  submitPassword(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: passwordRequestSchema }) body: Of<typeof passwordRequestSchema>,
  ): Promise<CallResponse> {
    return this.calls.runStep(caller, id, 'submitPassword', body);
  }

  @Post(':id/password/reset')
  @HttpCode(200)
  @DocumentedEndpoint('resetPassword', { 200: reissueSchema, 202: reissueSchema })
  resetPassword(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: passwordResetRequestSchema }) body: Of<typeof passwordResetRequestSchema>,
  ): Promise<CallResponse> {
    return this.calls.runStep(caller, id, 'resetPassword', body);
  }

  @Post(':id/consents')
  @HttpCode(200)
  @DocumentedEndpoint('giveConsents', { 200: reissueSchema, 202: reissueSchema })
  giveConsents(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: consentsRequestSchema }) body: Of<typeof consentsRequestSchema>,
  ): Promise<CallResponse> {
    return this.calls.runStep(caller, id, 'giveConsents', body);
  }

  @Post(':id/certificate')
  @HttpCode(200)
  @DocumentedEndpoint('requestCertificate', { 200: reissueSchema, 202: reissueSchema })
  requestCertificate(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: certificateRequestSchema }) body: Of<typeof certificateRequestSchema>,
  ): Promise<CallResponse> {
    return this.calls.runStep(caller, id, 'requestCertificate', body);
  }

  @Post(':id/application')
  @HttpCode(200)
  @DocumentedEndpoint('apply', { 200: reissueSchema, 202: reissueSchema })
  apply(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: applicationRequestSchema }) body: Of<typeof applicationRequestSchema>,
  ): Promise<CallResponse> {
    return this.calls.runStep(caller, id, 'apply', body);
  }

  @Post(':id/registration')
  @HttpCode(200)
  @DocumentedEndpoint('proveRegistration', { 200: reissueSchema, 202: reissueSchema })
  proveRegistration(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: registrationRequestSchema }) body: Of<typeof registrationRequestSchema>,
  ): Promise<CallResponse> {
    return this.calls.runStep(caller, id, 'proveRegistration', body);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @DocumentedEndpoint('cancel', { 200: reissueSchema, 202: reissueSchema })
  cancel(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: cancelRequestSchema }) body: Of<typeof cancelRequestSchema>,
  ): Promise<CallResponse> {
    return this.calls.runStep(caller, id, 'cancel', body);
  }
}
