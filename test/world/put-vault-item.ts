import type { Database } from '#libs/db';
import type { SealedValueOfCall } from '#libs/db/reissues';

/** A sealed value that no call has brought. */
interface VaultItem extends Pick<SealedValueOfCall, 'handle' | 'update_id' | 'envelope'> {
  readonly reissue_id: string;
  readonly subject?: string | null;
  readonly created_at: Date;
}

/** Stores a sealed value as the gateway does with the call that brings it. */
export async function putVaultItem(
  gateway: Database<'insert vault_envelope' | 'insert vault_item'>,
  item: VaultItem,
  envelope: Pick<SealedValueOfCall, 'jti' | 'purpose' | 'challenge_id' | 'key_thumbprint'>,
): Promise<void> {
  const { reissue_id, update_id, handle } = item;
  await gateway
    .insertInto('vault_envelope')
    .values({ reissue_id, update_id, handle, ...envelope })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await gateway
    .insertInto('vault_item')
    .values(item)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
