import { loadConfig, jsonWebKeySet } from '#libs/config';
import type { Database } from '#libs/db';
import { importVaultKeys, openPhoto } from '#libs/vault';
import { z } from 'zod';
import { environmentOf } from './app-environment.js';
import { rememberPhoto } from './photos.js';

/**
 * Opens a stored photo with the worker's keys, and records it for the search for secrets.
 *
 * @throws Error if it was deleted, or is already under its customer's key
 */
export async function openStoredPhoto(db: Database, photoId: string) {
  const row = await db
    .selectFrom('identity_photo')
    .selectAll()
    .where('photo_id', '=', photoId)
    .executeTakeFirstOrThrow();
  const { vaultKeys } = loadConfig(z.object({ vaultKeys: jsonWebKeySet }), environmentOf('worker'));
  const name = { reissueId: row.reissue_id, photoId };
  const jpeg = await openPhoto(row.sealed, name, await importVaultKeys(vaultKeys));
  rememberPhoto('re-encoded photo', jpeg);
  return { ...row, jpeg };
}
