import type { IdentityMethod } from '#libs/domain';
import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { ChallengeRow, IdentityMethodRow, IdentityTryRow, NewRow, RowChanges } from '../rows.js';

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

/** The method's row, which the first use of the method inserts. The caller holds the lock on the reissue. */
export async function identityMethod(
  tx: Tx<'select identity_method' | 'insert identity_method'>,
  reissueId: string,
  method: IdentityMethod,
): Promise<IdentityMethodRow> {
  await tx
    .insertInto('identity_method')
    .values({ reissue_id: reissueId, method, verified_at: null, ci: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return tx
    .selectFrom('identity_method')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .where('method', '=', method)
    .executeTakeFirstOrThrow();
}

export async function updateIdentityMethod(
  tx: Tx<'select identity_method' | 'update identity_method'>,
  reissueId: string,
  method: IdentityMethod,
  changes: RowChanges<'identity_method'>,
): Promise<void> {
  await tx
    .updateTable('identity_method')
    .set(changes)
    .where('reissue_id', '=', reissueId)
    .where('method', '=', method)
    .execute();
}

/** Inserts a challenge and replaces earlier open challenges of the same method. */
export async function replaceChallenge(
  tx: Tx<'select challenge' | 'insert challenge' | 'update challenge'>,
  challenge: NewRow<'challenge'>,
): Promise<void> {
  await tx
    .updateTable('challenge')
    .set({ state: 'REPLACED' })
    .where('reissue_id', '=', challenge.reissue_id)
    .where('method', '=', challenge.method)
    .where('state', 'in', ['PREPARED', 'SENT'])
    .execute();
  await tx.insertInto('challenge').values(challenge).execute();
}

export async function challengesOfUpdate(
  db: Database<'select challenge'> | Tx<'select challenge'>,
  reissueId: string,
  updateId: string,
): Promise<ChallengeRow[]> {
  return db
    .selectFrom('challenge')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .where('update_id', '=', updateId)
    .orderBy('method')
    .execute();
}

export async function challengesById(
  db: Database<'select challenge'> | Tx<'select challenge'>,
  reissueId: string,
  challengeIds: readonly string[],
): Promise<ChallengeRow[]> {
  if (challengeIds.length === 0) return [];
  return db
    .selectFrom('challenge')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .where('challenge_id', 'in', challengeIds)
    .orderBy('method') // the day's counters are always locked in this order
    .execute();
}

export async function setChallengeState(
  tx: Tx<'select challenge' | 'update challenge'>,
  challengeIds: readonly string[],
  state: ChallengeRow['state'],
  expiresAt?: Date,
): Promise<void> {
  if (challengeIds.length === 0) return;
  await tx
    .updateTable('challenge')
    .set(expiresAt ? { state, expires_at: expiresAt } : { state })
    .where('challenge_id', 'in', challengeIds)
    .execute();
}

export async function identityTriesOf(
  db: Database<'select identity_try'> | Tx<'select identity_try'>,
  reissueId: string,
  updateId: string,
): Promise<IdentityTryRow[]> {
  return db
    .selectFrom('identity_try')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .where('update_id', '=', updateId)
    .execute();
}

export async function insertIdentityTry(
  tx: Tx<'insert identity_try'>,
  row: NewRow<'identity_try'>,
): Promise<void> {
  await tx.insertInto('identity_try').values(row).execute();
}

/** Records the provider that has the transaction, or is about to get it; null: none. */
export async function setChallengeProvider(
  db: Database<'select challenge' | 'update challenge'>,
  challengeId: string,
  provider: string | null,
): Promise<void> {
  await db.updateTable('challenge').set({ provider }).where('challenge_id', '=', challengeId).execute();
}

/** Records the provider's verdict. The first verdict stays. */
export async function setVerdict(
  db: Database<'select identity_try' | 'update identity_try'>,
  key: Pick<IdentityTryRow, 'reissue_id' | 'update_id' | 'challenge_id'>,
  said: Pick<IdentityTryRow, 'verdict' | 'ci' | 'finding'>,
): Promise<void> {
  await db
    .updateTable('identity_try')
    .set(said)
    .where('reissue_id', '=', key.reissue_id)
    .where('update_id', '=', key.update_id)
    .where('challenge_id', '=', key.challenge_id)
    .where('verdict', 'is', null)
    .execute();
}

/**
 * Counts a try of this person, method and day unless `limit` is reached. The row lock makes the limit exact across
 * reissues.
 *
 * @param day `YYYY-MM-DD`
 */
export async function countTryOfDay(
  tx: Tx<'select identity_day' | 'insert identity_day' | 'update identity_day'>,
  personKey: string,
  method: IdentityMethod,
  day: string,
  limit: number,
): Promise<boolean> {
  const counted = await tx
    .insertInto('identity_day')
    .values({ person_key: personKey, method, day, tries: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['person_key', 'method', 'day'])
        .doUpdateSet({ tries: sql`identity_day.tries + 1` })
        .where('identity_day.tries', '<', limit),
    )
    .returning('tries')
    .executeTakeFirst();
  return counted !== undefined;
}

/** Takes back the count of a try that was right. */
export async function returnTryOfDay(
  tx: Tx<'select identity_day' | 'update identity_day'>,
  personKey: string,
  method: IdentityMethod,
  day: string,
): Promise<void> {
  await tx
    .updateTable('identity_day')
    .set({ tries: sql`greatest(tries - 1, 0)` })
    .where('person_key', '=', personKey)
    .where('method', '=', method)
    .where('day', '=', day)
    .execute();
}
