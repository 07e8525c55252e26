import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { ActsAs } from '../faults/fault.interceptor.js';
import { accountNumber, bankCode } from '../people/accounts.js';
import {
  requestId,
  sentAnswer,
  transactionAnswer,
  verificationAnswer,
  verificationBody,
} from './code-schemas.js';
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

  @Documented(
    'transferOneWon',
    'Transfer one won to an account, with a code of four digits in the name of the depositor',
    { 200: sentAnswer('UNKNOWN_ACCOUNT') },
    { tag: 'one-won' },
  )
  @Post('transfers')
  @HttpCode(200)
  transfer(@Body({ schema: transferBody }) body: z.infer<typeof transferBody>) {
    return this.oneWon.transfer(body);
  }

  @Documented('verifyOneWonCode', 'Compare a typed code', { 200: verificationAnswer }, { tag: 'one-won' })
  @Post('verifications')
  @HttpCode(200)
  verify(@Body({ schema: verificationBody }) body: VerificationBody) {
    return this.codes.verify('one-won', body);
  }

  @Documented(
    'getOneWonTransaction',
    'What became of a transfer',
    { 200: transactionAnswer },
    { tag: 'one-won' },
  )
  @Get('transactions/:transactionId')
  transaction(@Param('transactionId', { schema: requestId }) transactionId: string) {
    return this.codes.transaction('one-won', transactionId);
  }

  @Documented(
    'getOneWonVerification',
    'What became of a comparison',
    { 200: verificationAnswer, 404: 'It never arrived' },
    { tag: 'one-won' },
  )
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
