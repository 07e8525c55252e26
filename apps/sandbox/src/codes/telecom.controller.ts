import { Body, Controller, Get, HttpCode, Injectable, Param, Post } from '@nestjs/common';
import { carriers } from '#libs/domain';
import { z } from 'zod';
import { ActsAs } from '../faults/fault.interceptor.js';
import { mobileNumber } from '../messages/addresses.js';
import { requestId, verificationBody } from './code-schemas.js';
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
  mobile: mobileNumber,
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

  @Post('codes')
  @HttpCode(200)
  sendCode(@Body({ schema: codeBody }) body: z.infer<typeof codeBody>) {
    return this.telecom.sendCode(this.company, body);
  }

  @Post('verifications')
  @HttpCode(200)
  verify(@Body({ schema: verificationBody }) body: VerificationBody) {
    return this.codes.verify(this.company, body);
  }

  @Get('transactions/:transactionId')
  transaction(@Param('transactionId', { schema: requestId }) transactionId: string) {
    return this.codes.transaction(this.company, transactionId);
  }

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
