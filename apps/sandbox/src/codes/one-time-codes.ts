import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { SandboxClock } from '../clock.js';
import { SandboxDatabase } from '../database.js';
import type { SandboxTables } from '../database.js';
import type { Person } from '../people/person.js';
import { idReused, notFound } from '../problems.js';

/** The provider's own limit of guesses at one code; the bank has its own limits. */
export const maxWrongTries = 10;

/** Two telecom companies: one takes over while the other is down. */
export type TelecomCompany = 'telecom' | 'telecom-2';
type CodeProvider = TelecomCompany | 'one-won';
type VerificationStatus = 'MATCHED' | 'MISMATCHED' | 'EXPIRED';
type VerificationAnswer =
  | { status: 'MATCHED'; ci: string; simChangedAt?: string }
  | { status: Exclude<VerificationStatus, 'MATCHED'> };

/** One provider's request to send a code. */
interface CodeRequest<Unknown extends string> {
  provider: CodeProvider;
  transactionId: string;
  /** The addressee in canonical form: a transaction cannot be used for another addressee. */
  addressee: string;
  /** Undefined if the addressee does not exist. */
  person: Person | undefined;
  unknown: Unknown;
  digits: number;
  lifetimeMs: number;
  /** Delivers the code to the person, in the transaction that records it. */
  deliver?: (code: string, person: Person, within: Kysely<SandboxTables>) => Promise<void>;
}

/** One-time codes of all providers. A code is recorded once per transaction and compared once per attempt. */
@Injectable()
export class OneTimeCodes {
  constructor(
    private readonly database: SandboxDatabase,
    private readonly clock: SandboxClock,
  ) {}

  /**
   * Creates and delivers a code. A repetition of the transaction gets the same answer and no second code.
   * @throws ProblemError 409 if the transaction was used for another addressee.
   */
  async send<Unknown extends string>(request: CodeRequest<Unknown>): Promise<{ status: 'SENT' | Unknown }> {
    const { provider, transactionId, addressee, person } = request;
    const now = this.clock.now();
    const code = randomDigits(request.digits);

    return this.database.transaction().execute(async (within) => {
      const inserted = await within
        .insertInto('code_transaction')
        .values({
          provider,
          transaction_id: transactionId,
          addressee,
          person_id: person?.personId ?? null,
          status: person ? 'SENT' : request.unknown,
          code,
          sent_at: now,
          expires_at: new Date(now.getTime() + request.lifetimeMs),
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('status')
        .executeTakeFirst();
      if (inserted) {
        if (person) await request.deliver?.(code, person, within);
        return { status: inserted.status as 'SENT' | Unknown };
      }

      const recorded = await within
        .selectFrom('code_transaction')
        .select(['addressee', 'status'])
        .where('provider', '=', provider)
        .where('transaction_id', '=', transactionId)
        .executeTakeFirstOrThrow();
      if (recorded.addressee !== addressee) throw idReused('transactionId');
      return { status: recorded.status as 'SENT' | Unknown };
    });
  }

  /**
   * Compares a code. A repetition of the attempt gets the same answer, whatever code it holds.
   * @throws ProblemError 404 for an unknown transaction, 409 for an attempt that was made for another transaction.
   */
  async verify(
    provider: CodeProvider,
    { transactionId, attemptId, code }: { transactionId: string; attemptId: string; code: string },
  ): Promise<VerificationAnswer> {
    return this.database.transaction().execute(async (within) => {
      // The lock serialises the attempts of one transaction, so that wrong tries are counted correctly.
      const transaction = await within
        .selectFrom('code_transaction')
        .leftJoin('person', 'person.person_id', 'code_transaction.person_id')
        .selectAll('code_transaction')
        .select(['person.ci', 'person.sim_changed_at'])
        .where('provider', '=', provider)
        .where('transaction_id', '=', transactionId)
        .forUpdate('code_transaction')
        .executeTakeFirst();
      if (!transaction) throw notFound('No such transaction.', '없는 거래입니다.');

      const recorded = await within
        .selectFrom('code_verification')
        .select(['transaction_id', 'status'])
        .where('provider', '=', provider)
        .where('attempt_id', '=', attemptId)
        .executeTakeFirst();
      if (recorded && recorded.transaction_id !== transactionId) throw idReused('attemptId');
      if (recorded) return toAnswer(provider, recorded.status, transaction);

      const now = this.clock.now();
      const status = judge(transaction, code, now);
      await within
        .insertInto('code_verification')
        .values({ provider, attempt_id: attemptId, transaction_id: transactionId, status, answered_at: now })
        .execute();
      if (status !== 'EXPIRED')
        await within
          .updateTable('code_transaction')
          .set(status === 'MATCHED' ? { matched_at: now } : { wrong_tries: transaction.wrong_tries + 1 })
          .where('provider', '=', provider)
          .where('transaction_id', '=', transactionId)
          .execute();
      return toAnswer(provider, status, transaction);
    });
  }

  /** The outcome of a request to send; `sent` is false also for a request that never arrived. */
  async transaction(provider: CodeProvider, transactionId: string) {
    const row = await this.database
      .selectFrom('code_transaction')
      .select('status')
      .where('provider', '=', provider)
      .where('transaction_id', '=', transactionId)
      .executeTakeFirst();
    const status = row?.status ?? 'NOT_FOUND';
    return { transactionId, sent: status === 'SENT', status };
  }

  /**
   * The recorded answer to an attempt.
   * @throws ProblemError 404 if the attempt never arrived.
   */
  async verification(provider: CodeProvider, attemptId: string): Promise<VerificationAnswer> {
    const row = await this.database
      .selectFrom('code_verification')
      .innerJoin('code_transaction', (join) =>
        join
          .onRef('code_transaction.provider', '=', 'code_verification.provider')
          .onRef('code_transaction.transaction_id', '=', 'code_verification.transaction_id'),
      )
      .leftJoin('person', 'person.person_id', 'code_transaction.person_id')
      .select(['code_verification.status', 'person.ci', 'person.sim_changed_at'])
      .where('code_verification.provider', '=', provider)
      .where('attempt_id', '=', attemptId)
      .executeTakeFirst();
    if (!row) throw notFound('No such attempt.', '없는 시도입니다.');
    return toAnswer(provider, row.status, row);
  }
}

/** The facts by which a code is compared. */
interface SentCode {
  code: string;
  status: string;
  expires_at: Date;
  wrong_tries: number;
  matched_at: Date | null;
}

/**
 * Compares a code. A code is valid once, until it expires, and for {@link maxWrongTries} wrong guesses. Without an
 * addressee there was no code, and no guess is right.
 */
export function judge(sent: SentCode, given: string, now: Date): VerificationStatus {
  if (now >= sent.expires_at || sent.matched_at !== null || sent.wrong_tries >= maxWrongTries)
    return 'EXPIRED';
  const equal = timingSafeEqual(digest(given), digest(sent.code));
  return equal && sent.status === 'SENT' ? 'MATCHED' : 'MISMATCHED';
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function randomDigits(count: number): string {
  return randomInt(10 ** count)
    .toString()
    .padStart(count, '0');
}

function toAnswer(
  provider: CodeProvider,
  status: VerificationStatus,
  { ci, sim_changed_at }: { ci: string | null; sim_changed_at: Date | null },
): VerificationAnswer {
  if (status !== 'MATCHED') return { status };
  if (ci === null) throw new Error('a code matched no CI');
  const known = provider !== 'one-won' && sim_changed_at !== null;
  return { status, ci, ...(known ? { simChangedAt: sim_changed_at.toISOString() } : {}) };
}
