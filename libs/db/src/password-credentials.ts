import type { Database, Tx } from './connect.js';
import type { PasswordCredentialRow } from './database.js';

export async function passwordCredential(
  db: Database | Tx,
  customerId: string,
): Promise<PasswordCredentialRow | undefined> {
  return db
    .selectFrom('password_credential')
    .selectAll()
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
}

export async function lockPasswordCredential(
  tx: Tx,
  customerId: string,
): Promise<PasswordCredentialRow | undefined> {
  return tx
    .selectFrom('password_credential')
    .selectAll()
    .where('customer_id', '=', customerId)
    .forUpdate()
    .executeTakeFirst();
}

export async function setWrongTries(tx: Tx, customerId: string, wrongTries: number): Promise<void> {
  await tx
    .updateTable('password_credential')
    .set({ wrong_tries: wrongTries })
    .where('customer_id', '=', customerId)
    .execute();
}

/** Sets a new verifier; the old one is void at once and all tries are back. */
export async function replaceVerifier(tx: Tx, customerId: string, verifier: string, at: Date): Promise<void> {
  await tx
    .insertInto('password_credential')
    .values({ customer_id: customerId, verifier, wrong_tries: 0, set_at: at })
    .onConflict((conflict) =>
      conflict.column('customer_id').doUpdateSet({ verifier, wrong_tries: 0, set_at: at }),
    )
    .execute();
}

/** The try reserved by this step, if it was reserved before. */
export async function passwordTry(
  tx: Tx,
  reissueId: string,
  updateId: string,
): Promise<{ granted: boolean } | undefined> {
  return tx
    .selectFrom('password_try')
    .select('granted')
    .where('reissue_id', '=', reissueId)
    .where('update_id', '=', updateId)
    .executeTakeFirst();
}

export async function insertPasswordTry(
  tx: Tx,
  reissueId: string,
  updateId: string,
  granted: boolean,
): Promise<void> {
  await tx
    .insertInto('password_try')
    .values({ reissue_id: reissueId, update_id: updateId, granted })
    .execute();
}
