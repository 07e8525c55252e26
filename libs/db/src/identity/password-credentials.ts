import type { Database, Tx } from '../database.js';
import type { PasswordCredentialRow } from '../rows.js';

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

export async function setWrongTries(
  tx: Tx<'select password_credential' | 'update password_credential'>,
  customerId: string,
  wrongTries: number,
): Promise<void> {
  await tx
    .updateTable('password_credential')
    .set({ wrong_tries: wrongTries })
    .where('customer_id', '=', customerId)
    .execute();
}

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

/** Stores the same password at another hashing cost. The caller holds the lock and has checked the password. */
export async function upgradeVerifier(
  tx: Tx<'select password_credential' | 'update password_credential'>,
  customerId: string,
  verifier: string,
): Promise<void> {
  await tx
    .updateTable('password_credential')
    .set({ verifier })
    .where('customer_id', '=', customerId)
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

/** The try that an earlier run of this step reserved, and when its password was set (null: recorded by an older version). */
export async function passwordTry(
  tx: Tx<'select password_try'>,
  reissueId: string,
  updateId: string,
): Promise<{ granted: boolean; password_set_at: Date | null } | undefined> {
  return tx
    .selectFrom('password_try')
    .select(['granted', 'password_set_at'])
    .where('reissue_id', '=', reissueId)
    .where('update_id', '=', updateId)
    .executeTakeFirst();
}

/** Records that a step has a try at the password set at `passwordSetAt`. */
export async function recordPasswordTry(
  tx: Tx<'select password_try' | 'insert password_try' | 'update password_try'>,
  { reissueId, updateId, passwordSetAt }: { reissueId: string; updateId: string; passwordSetAt: Date },
): Promise<void> {
  const tried = { granted: true, password_set_at: passwordSetAt };
  await tx
    .insertInto('password_try')
    .values({ reissue_id: reissueId, update_id: updateId, ...tried })
    .onConflict((conflict) => conflict.columns(['reissue_id', 'update_id']).doUpdateSet(tried))
    .execute();
}

/** Records the verdict of a try. The first verdict stays. The caller holds the lock on the reissue. */
export async function setPasswordVerdict(
  tx: Tx<'select password_try' | 'update password_try'>,
  { reissueId, updateId }: { reissueId: string; updateId: string },
  verdict: 'MATCHED' | 'MISMATCHED',
): Promise<void> {
  await tx
    .updateTable('password_try')
    .set({ verdict })
    .where('reissue_id', '=', reissueId)
    .where('update_id', '=', updateId)
    .where('verdict', 'is', null)
    .execute();
}

/** Records that a step set a new password, which counts as a try at neither the old nor the new password. */
export async function recordPasswordReset(
  tx: Tx<'insert password_try'>,
  { reissueId, updateId }: { reissueId: string; updateId: string },
): Promise<void> {
  await tx
    .insertInto('password_try')
    .values({ reissue_id: reissueId, update_id: updateId, granted: true, verdict: 'RESET' })
    .execute();
}

/**
 * How many tries at the current password are in progress in other reissues. Reissues that have ended or moved on do not
 * count: the outcome of their try is no longer returned. The caller holds the lock on the credential.
 */
export async function passwordTriesUnderWay(
  tx: Tx<'select password_try' | 'select reissue' | 'select step'>,
  { customer_id: customerId, set_at: setAt }: PasswordCredentialRow,
  exceptReissueId: string,
): Promise<number> {
  const { count } = await tx
    .selectFrom('password_try')
    .innerJoin('reissue', 'reissue.reissue_id', 'password_try.reissue_id')
    .select((query) => query.fn.countAll<string>().as('count'))
    .where('reissue.customer_id', '=', customerId)
    .where('reissue.state', '=', 'PASSWORD_REQUIRED')
    .where('reissue.reissue_id', '!=', exceptReissueId)
    .where('password_try.granted', '=', true)
    .where('password_try.password_set_at', '=', setAt)
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
