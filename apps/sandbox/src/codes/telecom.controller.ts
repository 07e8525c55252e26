import { Body, Controller, Get, HttpCode, Injectable, Param, Post } from '@nestjs/common';
import { carriers } from '#libs/domain';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { ActsAs } from '../faults/fault.interceptor.js';
import { mobileNumber } from '../messages/addresses.js';
import {
  requestId,
  sentAnswer,
  transactionAnswer,
  verificationAnswer,
  verificationBody,
} from './code-schemas.js';
import type { VerificationBody } from './code-schemas.js';
import { OneTimeCodes } from './one-time-codes.js';
import type { TelecomCompany } from './one-time-codes.js';
import { Telecom } from './telecom.js';

const codeBody = z.object({
  transactionId: requestId,
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{C}+$/u, 'must not have control characters'),
  mobile: mobileNumber.describe('Mobile number: the worker writes digits only, as 01012345678'),
  carrier: z.enum(carriers).optional(),
});

/** The routes that every company has; injectable, so that each subclass gets its dependencies. */
@Injectable()
abstract class TelecomRoutes {
  protected abstract readonly company: TelecomCompany;

  constructor(
    private readonly telecom: Telecom,
    private readonly codes: OneTimeCodes,
  ) {}

  @Documented(
    'sendPhoneCode',
    'Send a code to a mobile number, if it belongs to the name',
    { 200: sentAnswer('UNKNOWN_SUBSCRIBER') },
    { tag: 'telecom' },
  )
  @Post('codes')
  @HttpCode(200)
  sendCode(@Body({ schema: codeBody }) body: z.infer<typeof codeBody>) {
    return this.telecom.sendCode(this.company, body);
  }

  @Documented('verifyPhoneCode', 'Compare a typed code', { 200: verificationAnswer }, { tag: 'telecom' })
  @Post('verifications')
  @HttpCode(200)
  verify(@Body({ schema: verificationBody }) body: VerificationBody) {
    return this.codes.verify(this.company, body);
  }

  @Documented(
    'getPhoneTransaction',
    'What became of a request to send',
    { 200: transactionAnswer },
    { tag: 'telecom' },
  )
  @Get('transactions/:transactionId')
  transaction(@Param('transactionId', { schema: requestId }) transactionId: string) {
    return this.codes.transaction(this.company, transactionId);
  }

  @Documented(
    'getPhoneVerification',
    'What became of a comparison',
    { 200: verificationAnswer, 404: 'It never arrived' },
    { tag: 'telecom' },
  )
  @Get('verifications/:attemptId')
  verification(@Param('attemptId', { schema: requestId }) attemptId: string) {
    return this.codes.verification(this.company, attemptId);
  }
}

@ActsAs('telecom')
@Controller('v1/telecom')
export class TelecomController extends TelecomRoutes {
  protected override readonly company = 'telecom';
}

/** A second company with the same interface and its own faults. */
@ActsAs('telecom-2')
@Controller('v1/telecom-2')
export class SecondTelecomController extends TelecomRoutes {
  protected override readonly company = 'telecom-2';
}
