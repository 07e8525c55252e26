import type { Database, Tx } from '../database.js';
import type { NewRow, Row } from '../rows.js';
import type { Write } from '../writes.js';

export type IdentityPhotoRow = Row<'identity_photo'>;
export type NewIdentityPhoto = NewRow<'identity_photo'>;

/** The photo that an earlier run of this call stored. */
export async function photoOfUpdate(
  db: Database<'select identity_photo'> | Tx<'select identity_photo'>,
  reissueId: string,
  updateId: string,
): Promise<Pick<IdentityPhotoRow, 'photo_id' | 'request_hmac'> | undefined> {
  return db
    .selectFrom('identity_photo')
    .select(['photo_id', 'request_hmac'])
    .where('reissue_id', '=', reissueId)
    .where('update_id', '=', updateId)
    .executeTakeFirst();
}

export async function countPhotos(
  db: Database<'select identity_photo'> | Tx<'select identity_photo'>,
  reissueId: string,
): Promise<number> {
  const { count } = await db
    .selectFrom('identity_photo')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('reissue_id', '=', reissueId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function insertPhoto(tx: Tx<'insert identity_photo'>, photo: NewIdentityPhoto): Promise<void> {
  await tx.insertInto('identity_photo').values(photo).execute();
}

/** A photo of this reissue that was not accepted yet. An accepted photo answers no further challenge. */
export async function unacceptedPhoto(
  db: Database<'select identity_photo'> | Tx<'select identity_photo'>,
  reissueId: string,
  photoId: string,
): Promise<Pick<IdentityPhotoRow, 'photo_id' | 'sealed'> | undefined> {
  return db
    .selectFrom('identity_photo')
    .select(['photo_id', 'sealed'])
    .where('reissue_id', '=', reissueId)
    .where('photo_id', '=', photoId)
    .where('sealed_by', '=', 'VAULT')
    .executeTakeFirst();
}

/** The ids among these that are photos of this reissue and not accepted yet. */
export async function unacceptedPhotos(
  db: Database<'select identity_photo'> | Tx<'select identity_photo'>,
  reissueId: string,
  photoIds: readonly string[],
): Promise<Set<string>> {
  if (photoIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('identity_photo')
    .select('photo_id')
    .where('reissue_id', '=', reissueId)
    .where((is) => is('photo_id', '=', is.fn.any(is.val(photoIds))))
    .where('sealed_by', '=', 'VAULT')
    .execute();
  return new Set(rows.map(({ photo_id }) => photo_id));
}

/** Deletes photos that are no longer needed. */
export const destroyAcceptedPhotos = (
  tx: Tx<'select identity_photo' | 'delete identity_photo'>,
  reissueId: string,
  photoIds: readonly string[],
): Write =>
  tx
    .deleteFrom('identity_photo')
    .where('reissue_id', '=', reissueId)
    .where((is) => is('photo_id', '=', is.fn.any(is.val(photoIds))));

/** Deletes all photos of a reissue. */
export const destroyPhotos = (
  tx: Tx<'select identity_photo' | 'delete identity_photo'>,
  reissueId: string,
): Write => tx.deleteFrom('identity_photo').where('reissue_id', '=', reissueId);
