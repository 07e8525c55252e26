import type { Database, Tx } from '../database.js';
import type { ReissueRow, Row } from '../rows.js';

/**
 * Keeps a sealed secret. The same handle again keeps the first envelope: a retried call changes nothing.
 *
 * @param item.subject what the envelope must be for, where that is not the reissue
 * @param envelope its id, and what it is for
 * @returns false if an envelope of this id came in for another call: it cannot be used again
 */
export async function putVaultItem(
  db: Database<'select vault_envelope' | 'insert vault_envelope' | 'insert vault_item'>,
  item: {
    handle: string;
    reissue_id: string;
    update_id: string;
    envelope: string;
    subject?: string | null;
    created_at: Date;
  },
  envelope: Pick<Row<'vault_envelope'>, 'jti' | 'purpose' | 'challenge_id' | 'key_thumbprint'>,
): Promise<boolean> {
  const { reissue_id, update_id, handle } = item;
  await db
    .insertInto('vault_envelope')
    .values({ reissue_id, update_id, handle, ...envelope })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const seen = await db
    .selectFrom('vault_envelope')
    .select('handle')
    .where('reissue_id', '=', reissue_id)
    .where('jti', '=', envelope.jti)
    .executeTakeFirst();
  if (seen?.handle !== handle) return false;
  await db
    .insertInto('vault_item')
    .values(item)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return true;
}

export interface SealedItem {
  readonly envelope: string;
  /** What it must be for; null: the reissue. */
  readonly subject: string | null;
  readonly unbound: boolean;
  readonly created_at: Date;
}

export async function readVaultItem(db: Database, handle: string): Promise<SealedItem | undefined> {
  return db
    .selectFrom('vault_item')
    .select(['envelope', 'subject', 'unbound', 'created_at'])
    .where('handle', '=', handle)
    .executeTakeFirst();
}

/** A sealed secret that is to be opened for a reissue, with the front end and the key which that reissue has. */
export async function readVaultItemOfReissue(
  db: Database,
  handle: string,
  reissueId: string,
): Promise<(SealedItem & Pick<ReissueRow, 'api_key_name' | 'key_thumbprint'>) | undefined> {
  return db
    .selectFrom('vault_item')
    .innerJoin('reissue', (join) => join.on('reissue.reissue_id', '=', reissueId))
    .select(['vault_item.envelope', 'vault_item.subject', 'vault_item.unbound', 'vault_item.created_at'])
    .select(['reissue.api_key_name', 'reissue.key_thumbprint'])
    .where('vault_item.handle', '=', handle)
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
