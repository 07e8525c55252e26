import { Injectable } from '@nestjs/common';
import { SandboxConfig } from '../config.js';
import { SandboxDatabase } from '../database.js';
import { People } from '../people/people.js';
import { notFound } from '../problems.js';
import { OneTimeCodes } from './one-time-codes.js';

/** A deposit as the account's owner sees it. */
export interface Deposit {
  id: string;
  /** The depositor's name, which ends with the code. */
  depositor: string;
  amount: number;
  currency: 'KRW';
  depositedAt: string;
}

/** The bank that transfers one won, with a four-digit code in the depositor's name. */
@Injectable()
export class OneWon {
  constructor(
    private readonly codes: OneTimeCodes,
    private readonly people: People,
    private readonly database: SandboxDatabase,
    private readonly config: SandboxConfig,
  ) {}

  /** Transfers one won to an account, if there is one. */
  async transfer({ transactionId, account, bank }: { transactionId: string; account: string; bank: string }) {
    return this.codes.send({
      provider: 'one-won',
      transactionId,
      addressee: JSON.stringify([bank, account]),
      person: await this.people.findByAccount(bank, account),
      unknown: 'UNKNOWN_ACCOUNT',
      digits: 4,
      lifetimeMs: this.config.values.oneWonCodeLifetimeMs,
    });
  }

  /**
   * The deposits of an account, newest first.
   * @throws ProblemError 404 if there is no such account.
   */
  async deposits(account: string): Promise<Deposit[]> {
    const owner = await this.people.findByAccount(this.config.values.bankCode, account);
    if (!owner) throw notFound('No such account.', '없는 계좌입니다.');
    const rows = await this.database
      .selectFrom('code_transaction')
      .select(['transaction_id', 'code', 'sent_at'])
      .where('provider', '=', 'one-won')
      .where('person_id', '=', owner.personId)
      .orderBy('sent_at', 'desc')
      .limit(100)
      .execute();
    return rows.map((row) => ({
      id: row.transaction_id,
      depositor: `${this.config.values.depositorName}${row.code}`,
      amount: 1,
      currency: 'KRW',
      depositedAt: row.sent_at.toISOString(),
    }));
  }
}
