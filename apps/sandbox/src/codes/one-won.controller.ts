import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { ActsAs } from '../faults/fault.interceptor.js';
import { accountNumber, bankCode } from '../people/accounts.js';
import { requestId, verificationBody } from './code-schemas.js';
import type { VerificationBody } from './code-schemas.js';
import { OneTimeCodes } from './one-time-codes.js';
import { OneWon } from './one-won.js';

const transferBody = z.object({ transactionId: requestId, account: accountNumber, bank: bankCode });

@ActsAs('one-won')
@Controller('v1/one-won')
export class OneWonController {
  constructor(
    private readonly oneWon: OneWon,
    private readonly codes: OneTimeCodes,
  ) {}

  @Post('transfers')
  @HttpCode(200)
  transfer(@Body({ schema: transferBody }) body: z.infer<typeof transferBody>) {
    return this.oneWon.transfer(body);
  }

  @Post('verifications')
  @HttpCode(200)
  verify(@Body({ schema: verificationBody }) body: VerificationBody) {
    return this.codes.verify('one-won', body);
  }

  @Get('transactions/:transactionId')
  transaction(@Param('transactionId', { schema: requestId }) transactionId: string) {
    return this.codes.transaction('one-won', transactionId);
  }

  @Get('verifications/:attemptId')
  verification(@Param('attemptId', { schema: requestId }) attemptId: string) {
    return this.codes.verification('one-won', attemptId);
  }
}

/** The account as its owner sees it. The faults of the provider do not apply. */
@Controller('v1/accounts')
export class AccountsController {
  constructor(private readonly oneWon: OneWon) {}

  @Get(':account/deposits')
  async deposits(@Param('account', { schema: accountNumber }) account: string) {
    return { deposits: await this.oneWon.deposits(account) };
  }
}
