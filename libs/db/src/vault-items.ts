import type { Database, Tx } from './connect.js';

/**
 * Keeps a sealed secret. The same handle again keeps the first envelope: a retried call changes nothing.
 *
 * @param item.subject what the envelope must be for, where that is not the reissue
 * @param jti the envelope's id
 * @returns false if an envelope of this id came in for another call: it cannot be used again
 */
export async function putVaultItem(
  db: Database,
  item: {
    handle: string;
    reissue_id: string;
    update_id: string;
    envelope: string;
    subject?: string | null;
    created_at: Date;
  },
  jti: string,
): Promise<boolean> {
  const { reissue_id, handle } = item;
  await db
    .insertInto('vault_envelope')
    .values({ reissue_id, jti, handle })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const seen = await db
    .selectFrom('vault_envelope')
    .select('handle')
    .where('reissue_id', '=', reissue_id)
    .where('jti', '=', jti)
    .executeTakeFirst();
  if (seen?.handle !== handle) return false;
  await db
    .insertInto('vault_item')
    .values(item)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return true;
}

export async function readVaultItem(
  db: Database | Tx,
  handle: string,
): Promise<{ envelope: string; subject: string | null; created_at: Date } | undefined> {
  return db
    .selectFrom('vault_item')
    .select(['envelope', 'subject', 'created_at'])
    .where('handle', '=', handle)
    .executeTakeFirst();
}

/** Destroys what one step brought along, and what its parts did. */
export async function destroyVaultItemsOfStep(tx: Tx, reissueId: string, updateId: string): Promise<void> {
  await tx
    .deleteFrom('vault_item')
    .where('reissue_id', '=', reissueId)
    .where((where) =>
      where.or([where('update_id', '=', updateId), where('update_id', 'like', `${updateId}/%`)]),
    )
    .execute();
}

export async function destroyVaultItemsOfReissue(tx: Tx, reissueId: string): Promise<void> {
  await tx.deleteFrom('vault_item').where('reissue_id', '=', reissueId).execute();
}

/** Destroys what was left by calls that never became a step, but not what an unfinished step still needs. */
export async function destroyStaleVaultItems(db: Database, before: Date): Promise<number> {
  const result = await db
    .deleteFrom('vault_item')
    .where('created_at', '<', before)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('reissue')
            .select('reissue.reissue_id')
            .whereRef('reissue.reissue_id', '=', 'vault_item.reissue_id')
            .where('reissue.ended_at', 'is', null)
            .where('reissue.pending_message', 'is not', null),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
