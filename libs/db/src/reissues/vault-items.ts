import type { Database, Tx } from '../database.js';
import type { ReissueRow } from '../rows.js';
import type { Write } from '../writes.js';

export interface SealedItem {
  readonly envelope: string;
  /** The subject that the envelope must name; null: the reissue. */
  readonly subject: string | null;
  readonly unbound: boolean;
  readonly created_at: Date;
}

export async function readVaultItem(
  db: Database<'select vault_item'>,
  handle: string,
): Promise<SealedItem | undefined> {
  return db
    .selectFrom('vault_item')
    .select(['envelope', 'subject', 'unbound', 'created_at'])
    .where('handle', '=', handle)
    .executeTakeFirst();
}

/** Sealed secrets of a reissue, with the front end and the key of that reissue. */
export async function readVaultItemsOfReissue(
  db: Database<'select reissue' | 'select vault_item'> | Tx<'select reissue' | 'select vault_item'>,
  handles: readonly string[],
  reissueId: string,
): Promise<
  (SealedItem & Pick<ReissueRow, 'api_key_name' | 'key_thumbprint'> & { readonly handle: string })[]
> {
  return db
    .selectFrom('vault_item')
    .innerJoin('reissue', (join) => join.on('reissue.reissue_id', '=', reissueId))
    .select(['vault_item.handle', 'vault_item.envelope', 'vault_item.subject', 'vault_item.unbound'])
    .select(['vault_item.created_at', 'reissue.api_key_name', 'reissue.key_thumbprint'])
    .where((is) => is('vault_item.handle', '=', is.fn.any(is.val(handles))))
    .execute();
}

/** Deletes the sealed values of one step and of its parts. */
export const destroyVaultItemsOfStep = (
  tx: Tx<'select vault_item' | 'delete vault_item'>,
  reissueId: string,
  updateId: string,
): Write =>
  tx
    .deleteFrom('vault_item')
    .where('reissue_id', '=', reissueId)
    .where((where) =>
      where.or([where('update_id', '=', updateId), where('update_id', 'like', `${updateId}/%`)]),
    );

export const destroyVaultItemsOfReissue = (
  tx: Tx<'select vault_item' | 'delete vault_item'>,
  reissueId: string,
): Write => tx.deleteFrom('vault_item').where('reissue_id', '=', reissueId);

/** Deletes sealed values of calls that never became a step, unless a parked step still needs them. */
export async function destroyStaleVaultItems(
  db: Database<'select reissue' | 'select vault_item' | 'delete vault_item'>,
  before: Date,
): Promise<number> {
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
