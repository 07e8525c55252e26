import type { Database, Tx } from '../database.js';
import type { PasswordCredentialRow } from '../rows.js';
import type { Write } from '../writes.js';

export async function passwordCredential(
  db: Database<'select password_credential'> | Tx<'select password_credential'>,
  customerId: string,
): Promise<PasswordCredentialRow | undefined> {
  return db
    .selectFrom('password_credential')
    .selectAll()
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
}

export async function lockPasswordCredential(
  tx: Tx<'select password_credential' | 'update password_credential'>,
  customerId: string,
): Promise<PasswordCredentialRow | undefined> {
  return tx
    .selectFrom('password_credential')
    .selectAll()
    .where('customer_id', '=', customerId)
    .forUpdate()
    .executeTakeFirst();
}

/** Changes the count of wrong tries, or stores the same password at another hashing cost. The caller holds the lock. */
export const updateCredential = (
  tx: Tx<'select password_credential' | 'update password_credential'>,
  customerId: string,
  changes: Partial<Pick<PasswordCredentialRow, 'wrong_tries' | 'verifier'>>,
): Write => tx.updateTable('password_credential').set(changes).where('customer_id', '=', customerId);

/**
 * Sets a new verifier and resets the wrong tries. Earlier verifiers are stored, as many as `remembered` passwords need,
 * the new one included.
 */
export async function replaceVerifier(
  tx: Tx<
    | 'select password_credential'
    | 'select password_history'
    | 'insert password_credential'
    | 'insert password_history'
    | 'update password_credential'
    | 'delete password_history'
  >,
  customerId: string,
  verifier: string,
  at: Date,
  remembered: number,
): Promise<void> {
  const before = await lockPasswordCredential(tx, customerId);
  if (before)
    await tx
      .insertInto('password_history')
      .values({ customer_id: customerId, verifier: before.verifier, set_at: before.set_at })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  await tx
    .insertInto('password_credential')
    .values({ customer_id: customerId, verifier, wrong_tries: 0, set_at: at })
    .onConflict((conflict) =>
      conflict.column('customer_id').doUpdateSet({ verifier, wrong_tries: 0, set_at: at }),
    )
    .execute();
  await tx
    .deleteFrom('password_history')
    .where('customer_id', '=', customerId)
    .where('set_at', 'not in', (query) =>
      query
        .selectFrom('password_history')
        .select('set_at')
        .where('customer_id', '=', customerId)
        .orderBy('set_at', 'desc')
        .limit(Math.max(0, remembered - 1)),
    )
    .execute();
}

/** Earlier verifiers, newest first. */
export async function earlierVerifiers(
  db: Database<'select password_history'> | Tx<'select password_history'>,
  customerId: string,
  count: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('password_history')
    .select('verifier')
    .where('customer_id', '=', customerId)
    .orderBy('set_at', 'desc')
    .limit(count)
    .execute();
  return rows.map(({ verifier }) => verifier);
}

/** A credential with the try that an earlier run of a step reserved. */
export interface TriedCredential extends PasswordCredentialRow {
  /** Null: no try was reserved. */
  readonly granted: boolean | null;
  /** When the password of that try was set; null: recorded by an older version. */
  readonly password_set_at: Date | null;
}

/**
 * Locks the credential of a reissue's customer and reads the try of a step. The caller holds the lock on the reissue, which
 * protects the try.
 */
export async function lockTriedCredential(
  tx: Tx<
    'select password_credential' | 'select password_try' | 'select reissue' | 'update password_credential'
  >,
  { reissueId, updateId }: { readonly reissueId: string; readonly updateId: string },
): Promise<TriedCredential | undefined> {
  return tx
    .selectFrom('password_credential')
    .leftJoin('password_try', (join) =>
      join.on('password_try.reissue_id', '=', reissueId).on('password_try.update_id', '=', updateId),
    )
    .selectAll('password_credential')
    .select(['password_try.granted', 'password_try.password_set_at'])
    .where('password_credential.customer_id', '=', (query) =>
      query.selectFrom('reissue').select('reissue.customer_id').where('reissue.reissue_id', '=', reissueId),
    )
    .forUpdate('password_credential')
    .executeTakeFirst();
}

/** Records that a step has a try at the password set at `passwordSetAt`. */
export function recordPasswordTry(
  tx: Tx<'select password_try' | 'insert password_try' | 'update password_try'>,
  { reissueId, updateId, passwordSetAt }: { reissueId: string; updateId: string; passwordSetAt: Date },
): Write {
  const tried = { granted: true, password_set_at: passwordSetAt };
  return tx
    .insertInto('password_try')
    .values({ reissue_id: reissueId, update_id: updateId, ...tried })
    .onConflict((conflict) => conflict.columns(['reissue_id', 'update_id']).doUpdateSet(tried));
}

/** Records the verdict of a try. The first verdict stays. The caller holds the lock on the reissue. */
export const setPasswordVerdict = (
  tx: Tx<'select password_try' | 'update password_try'>,
  { reissueId, updateId }: { reissueId: string; updateId: string },
  verdict: 'MATCHED' | 'MISMATCHED',
): Write =>
  tx
    .updateTable('password_try')
    .set({ verdict })
    .where('reissue_id', '=', reissueId)
    .where('update_id', '=', updateId)
    .where('verdict', 'is', null);

/** Records that a step set a new password, which counts as a try at neither the old nor the new password. */
export const recordPasswordReset = (
  tx: Tx<'insert password_try'>,
  { reissueId, updateId }: { reissueId: string; updateId: string },
): Write =>
  tx
    .insertInto('password_try')
    .values({ reissue_id: reissueId, update_id: updateId, granted: true, verdict: 'RESET' });

/**
 * How many tries at the current password are in progress in other reissues. Reissues that have ended or moved on do not
 * count: the outcome of their try is no longer returned. The caller holds the lock on the credential.
 */
export async function passwordTriesUnderWay(
  tx: Tx<'select password_credential' | 'select password_try' | 'select reissue' | 'select step'>,
  customerId: string,
  exceptReissueId: string,
): Promise<number> {
  const { count } = await tx
    .selectFrom('password_try')
    .innerJoin('reissue', 'reissue.reissue_id', 'password_try.reissue_id')
    .innerJoin('password_credential as current', (join) =>
      join
        .onRef('current.customer_id', '=', 'reissue.customer_id')
        .onRef('current.set_at', '=', 'password_try.password_set_at'),
    )
    .select((query) => query.fn.countAll<string>().as('count'))
    .where('reissue.customer_id', '=', customerId)
    .where('reissue.state', '=', 'PASSWORD_REQUIRED')
    .where('reissue.reissue_id', '!=', exceptReissueId)
    .where('password_try.granted', '=', true)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('step')
            .select('step.update_id')
            .whereRef('step.reissue_id', '=', 'password_try.reissue_id')
            .whereRef('step.update_id', '=', 'password_try.update_id'),
        ),
      ),
    )
    .executeTakeFirstOrThrow();
  return Number(count);
}
