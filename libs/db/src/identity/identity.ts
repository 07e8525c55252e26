import { unknownCustomerId, type IdentityMethod } from '#libs/domain';
import { sql, type RawBuilder } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { ChallengeRow, IdentityMethodRow, IdentityTryRow, NewRow, ReissueRow } from '../rows.js';
import { insertRows, type Write, type WritePart } from '../writes.js';

// The queries of one step: identity_method, challenge, identity_try and identity_day.

export async function identityMethodsOf(
  db: Database<'select identity_method'> | Tx<'select identity_method'>,
  reissueId: string,
): Promise<IdentityMethodRow[]> {
  return db
    .selectFrom('identity_method')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .orderBy('method')
    .execute();
}

/** Stores the progress of these methods. The caller holds the lock on the reissue. */
export const putIdentityMethods = (
  tx: Tx<'select identity_method' | 'insert identity_method' | 'update identity_method'>,
  methods: readonly IdentityMethodRow[],
): WritePart => sql`
  ${insertRows(tx, 'identity_method', methods)}
  ON CONFLICT (reissue_id, method) DO UPDATE SET tries = excluded.tries, sends = excluded.sends,
    locked = excluded.locked, verified_at = excluded.verified_at, ci = excluded.ci`;

/** Replaces the open challenges of these methods of a reissue. */
export const replaceChallenges = (
  tx: Tx<'select challenge' | 'update challenge'>,
  reissueId: string,
  methods: readonly IdentityMethod[],
): Write =>
  tx
    .updateTable('challenge')
    .set({ state: 'REPLACED' })
    .where('reissue_id', '=', reissueId)
    .where((is) => is('method', '=', is.fn.any(is.val(methods))))
    .where('state', 'in', ['PREPARED', 'SENT']);

/**
 * Inserts challenges. That of a transfer gets the bank of a customer, see {@link bankOfCustomerAt}.
 *
 * @param customerId whose bank it is; null: the applicant is not told the bank
 */
export const insertChallenges = (
  _tx: Tx<'insert challenge' | 'select customer'>,
  challenges: readonly Omit<NewRow<'challenge'>, 'account_bank'>[],
  customerId: string | null,
): WritePart => {
  const columns = sql.join(Object.keys(challenges[0]!).map((column) => sql.ref(column)));
  return sql`
    INSERT INTO challenge (${columns}, account_bank)
    SELECT ${columns}, CASE method WHEN 'ONE_WON' THEN ${bankOfCustomerAt(sql`${customerId}::uuid`)} END
    FROM jsonb_populate_recordset(NULL::challenge, ${JSON.stringify(challenges)}::jsonb) WITH ORDINALITY
    ORDER BY ordinality`;
};

/**
 * The bank of the customer with this id, or of the one with the next id. Ids are random, so that a random id finds each bank
 * as often as customers have accounts there.
 */
export const bankOfCustomerAt = (customerId: RawBuilder<unknown>): RawBuilder<string | null> => sql`
  CASE WHEN ${customerId} IS NOT NULL THEN coalesce(
    (SELECT bank_code FROM customer WHERE customer_id >= ${customerId} AND bank_code <> ''
      ORDER BY customer_id LIMIT 1),
    (SELECT bank_code FROM customer WHERE bank_code <> '' ORDER BY customer_id LIMIT 1)
  ) END`;

/** The challenges that a step prepared, with the tries that their methods have used. */
export async function challengesOfUpdate(
  db:
    | Database<'select challenge' | 'select identity_method'>
    | Tx<'select challenge' | 'select identity_method'>,
  reissueId: string,
  updateId: string,
): Promise<(ChallengeRow & { readonly tries: number })[]> {
  return db
    .selectFrom('challenge')
    .innerJoin('identity_method as used', (join) =>
      join
        .onRef('used.reissue_id', '=', 'challenge.reissue_id')
        .onRef('used.method', '=', 'challenge.method'),
    )
    .selectAll('challenge')
    .select('used.tries')
    .where('challenge.reissue_id', '=', reissueId)
    .where('challenge.update_id', '=', updateId)
    .orderBy('challenge.method')
    .execute();
}

/** The challenges that a step prepared and did not send yet, with the claimed person and, if known, the customer. */
export async function challengesToSend(
  db: Database<'select challenge' | 'select customer' | 'select reissue'>,
  reissueId: string,
  updateId: string,
) {
  return (
    db
      .selectFrom('challenge')
      .innerJoin('reissue', 'reissue.reissue_id', 'challenge.reissue_id')
      // An unknown person is looked up too, so that the answer takes equally long.
      .leftJoin('customer', (join) =>
        join.on('customer.customer_id', '=', (is) =>
          is.fn.coalesce('reissue.customer_id', is.cast<string>(is.val(unknownCustomerId), 'uuid')),
        ),
      )
      .select(['challenge_id', 'method', 'transaction_id', 'deliverable', 'provider'])
      .select(['applicant_name', 'applicant_mobile', 'applicant_carrier', 'identity_rule', 'park_sequence'])
      .select(['name', 'mobile', 'carrier', 'bank_code', 'account_number'])
      .where('challenge.reissue_id', '=', reissueId)
      .where('challenge.update_id', '=', updateId)
      .where('challenge.state', '=', 'PREPARED')
      .orderBy('method')
      .execute()
  );
}
export type ChallengeToSend = Awaited<ReturnType<typeof challengesToSend>>[number];

/** A challenge with the progress of its method. */
export type ChallengeToAnswer = ChallengeRow &
  Pick<IdentityMethodRow, 'tries' | 'sends' | 'locked' | 'verified_at' | 'ci'> & {
    /** Whether this step reserved a try for it before. */
    readonly reserved: boolean;
  };

/** The challenges with these ids. */
export async function challengesToAnswer(
  tx: Tx<'select challenge' | 'select identity_method' | 'select identity_try'>,
  { reissueId, updateId }: { readonly reissueId: string; readonly updateId: string },
  challengeIds: readonly string[],
): Promise<ChallengeToAnswer[]> {
  return tx
    .selectFrom('challenge')
    .innerJoin('identity_method as used', (join) =>
      join
        .onRef('used.reissue_id', '=', 'challenge.reissue_id')
        .onRef('used.method', '=', 'challenge.method'),
    )
    .leftJoin('identity_try as try', (join) =>
      join
        .onRef('try.challenge_id', '=', 'challenge.challenge_id')
        .on('try.reissue_id', '=', reissueId)
        .on('try.update_id', '=', updateId),
    )
    .selectAll('challenge')
    .select(['used.tries', 'used.sends', 'used.locked', 'used.verified_at', 'used.ci'])
    .select(({ eb }) => eb('try.state', 'is not', null).$castTo<boolean>().as('reserved'))
    .where('challenge.reissue_id', '=', reissueId)
    .where((is) => is('challenge.challenge_id', '=', is.fn.any(is.val(challengeIds))))
    .orderBy('challenge.method')
    .execute();
}

/** Marks challenges as sent, with the end of their lifetime. */
export const markChallengesSent = (
  _tx: Tx<'select challenge' | 'update challenge'>,
  sent: readonly Pick<ChallengeRow, 'challenge_id' | 'expires_at'>[],
): WritePart => sql`
  UPDATE challenge SET state = 'SENT', expires_at = sent.expires_at
  FROM unnest(${sent.map((each) => each.challenge_id)}::text[], ${sent.map((each) => each.expires_at)}::timestamptz[])
    AS sent (challenge_id, expires_at)
  WHERE challenge.challenge_id = sent.challenge_id`;

export const acceptChallenges = (
  tx: Tx<'select challenge' | 'update challenge'>,
  challengeIds: readonly string[],
): Write =>
  tx
    .updateTable('challenge')
    .set({ state: 'ACCEPTED' })
    .where((is) => is('challenge_id', '=', is.fn.any(is.val(challengeIds))));

/** A granted try without a verdict, with its challenge and what the comparison needs of the reissue. */
export type TryToCompare = Pick<
  ChallengeRow,
  'challenge_id' | 'method' | 'transaction_id' | 'provider' | 'deliverable' | 'nonce'
> &
  Pick<ReissueRow, 'reissue_id' | 'customer_id' | 'park_sequence'>;

export async function triesToCompare(
  db: Database<'select challenge' | 'select identity_try' | 'select reissue'>,
  reissueId: string,
  updateId: string,
): Promise<TryToCompare[]> {
  return db
    .selectFrom('identity_try as try')
    .innerJoin('challenge', 'challenge.challenge_id', 'try.challenge_id')
    .innerJoin('reissue', 'reissue.reissue_id', 'try.reissue_id')
    .select(['challenge.challenge_id', 'method', 'transaction_id', 'provider', 'deliverable', 'nonce'])
    .select(['reissue.reissue_id', 'customer_id', 'park_sequence'])
    .where('try.reissue_id', '=', reissueId)
    .where('try.update_id', '=', updateId)
    .where('try.state', '=', 'GRANTED')
    .where('try.verdict', 'is', null)
    .orderBy('method')
    .execute();
}

/** The try of a step. */
export type AnsweredTry = Verdict &
  Pick<IdentityTryRow, 'state'> & {
    readonly method: IdentityMethod;
  };

/** The progress of each method of a reissue, and the tries of one step. */
export interface TriedMethods {
  readonly used: readonly IdentityMethodRow[];
  readonly tried: readonly AnsweredTry[];
}

/** Reads both in the order of the methods. */
export async function triedMethods(
  tx: Tx<'select challenge' | 'select identity_method' | 'select identity_try'>,
  reissueId: string,
  updateId: string,
): Promise<TriedMethods> {
  const rows = await tx
    .selectFrom('identity_method as used')
    .leftJoin(
      (query) =>
        query
          .selectFrom('identity_try as try')
          .innerJoin('challenge', 'challenge.challenge_id', 'try.challenge_id')
          .select(['challenge.method', 'try.challenge_id', 'try.state', 'try.verdict', 'try.finding'])
          .select(['try.ci as proved_ci', 'try.sim_changed_at as proved_sim'])
          .where('try.reissue_id', '=', reissueId)
          .where('try.update_id', '=', updateId)
          .as('tried'),
      (join) => join.onRef('tried.method', '=', 'used.method'),
    )
    .selectAll('used')
    .select(['challenge_id', 'state', 'verdict', 'finding', 'proved_ci', 'proved_sim'])
    .where('used.reissue_id', '=', reissueId)
    .orderBy('used.method')
    .execute();
  const tried = rows.flatMap(({ method, challenge_id, state, verdict, finding, proved_ci, proved_sim }) =>
    challenge_id === null || state === null
      ? []
      : [{ method, challenge_id, state, verdict, finding, ci: proved_ci, sim_changed_at: proved_sim }],
  );
  const used = rows.map(
    ({ challenge_id: _1, state: _2, verdict: _3, finding: _4, proved_ci: _5, proved_sim: _6, ...method }) =>
      method,
  );
  return { used, tried };
}

export const insertIdentityTries = (
  tx: Tx<'insert identity_try'>,
  tries: readonly NewRow<'identity_try'>[],
): WritePart => insertRows(tx, 'identity_try', tries);

/** Records the provider that has the transaction, or is about to get it; null: none. */
export async function setChallengeProvider(
  db: Database<'select challenge' | 'update challenge'>,
  challengeId: string,
  provider: string | null,
): Promise<void> {
  await db.updateTable('challenge').set({ provider }).where('challenge_id', '=', challengeId).execute();
}

/** A provider's verdict on one answer. */
export type Verdict = Pick<IdentityTryRow, 'challenge_id' | 'verdict' | 'ci' | 'finding' | 'sim_changed_at'>;

/** Records the providers' verdicts on the answers of a step. The first verdict stays. */
export const setVerdicts = (
  db:
    | Database<'select identity_try' | 'update identity_try'>
    | Tx<'select identity_try' | 'update identity_try'>,
  { reissueId, updateId }: { readonly reissueId: string; readonly updateId: string },
  verdicts: readonly Verdict[],
): Write =>
  db
    .updateTable('identity_try as try')
    .from(
      sql<Verdict>`
        unnest(${verdicts.map((each) => each.challenge_id)}::text[], ${verdicts.map((each) => each.verdict)}::text[],
          ${verdicts.map((each) => each.ci)}::text[], ${verdicts.map((each) => each.finding)}::text[],
          ${verdicts.map((each) => each.sim_changed_at)}::timestamptz[])`.as<'said'>(
        sql`said (challenge_id, verdict, ci, finding, sim_changed_at)`,
      ),
    )
    .set((is) => ({
      verdict: is.ref('said.verdict'),
      ci: is.ref('said.ci'),
      finding: is.ref('said.finding'),
      sim_changed_at: is.ref('said.sim_changed_at'),
    }))
    .whereRef('try.challenge_id', '=', 'said.challenge_id')
    .where('try.reissue_id', '=', reissueId)
    .where('try.update_id', '=', updateId)
    .where('try.verdict', 'is', null);

/** The tries of one person at one day. */
interface DayOfPerson {
  readonly personKey: string;
  /** `YYYY-MM-DD` */
  readonly day: string;
}

/**
 * Counts a try of each method, unless its limit of the day is reached. Row locks make the limits exact across reissues;
 * they are taken in the order of the methods, so that two steps never deadlock.
 *
 * @param limits by method
 * @returns the methods whose try was counted
 */
export async function countTriesOfDay(
  tx: Tx<'select identity_day' | 'insert identity_day' | 'update identity_day'>,
  { personKey, day }: DayOfPerson,
  limits: ReadonlyMap<IdentityMethod, number>,
): Promise<Set<IdentityMethod>> {
  if (limits.size === 0) return new Set();
  const { rows } = await sql<{ method: IdentityMethod }>`
    WITH wanted AS (
      SELECT * FROM unnest(${[...limits.keys()]}::text[], ${[...limits.values()]}::int[]) AS given (method, most)
    )
    INSERT INTO identity_day (person_key, method, day, tries)
    SELECT ${personKey}, method, ${day}::date, 1 FROM wanted ORDER BY method
    ON CONFLICT (person_key, method, day) DO UPDATE SET tries = identity_day.tries + 1
      WHERE identity_day.tries < (SELECT most FROM wanted WHERE wanted.method = excluded.method)
    RETURNING method`.execute(tx);
  return new Set(rows.map(({ method }) => method));
}

/** Takes back the count of tries that were right. The rows are locked in the same order as by {@link countTriesOfDay}. */
export const returnTriesOfDay = (
  _tx: Tx<'select identity_day' | 'update identity_day'>,
  { personKey, day }: DayOfPerson,
  methods: readonly IdentityMethod[],
): WritePart => sql`
  UPDATE identity_day SET tries = greatest(identity_day.tries - 1, 0)
  FROM (
    SELECT method FROM identity_day
    WHERE person_key = ${personKey} AND day = ${day}::date AND method = any(${methods}::text[])
    ORDER BY method FOR UPDATE
  ) AS counted
  WHERE person_key = ${personKey} AND day = ${day}::date AND identity_day.method = counted.method`;
