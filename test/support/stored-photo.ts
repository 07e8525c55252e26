import { loadConfig, jsonWebKeySet } from '#libs/config';
import type { Database } from '#libs/db';
import { importVaultKeys, openPhoto } from '#libs/vault';
import { z } from 'zod';
import { environmentOf } from './app-environment.js';
import { rememberPhoto } from './photos.js';

/**
 * A photo as the gateway kept it, opened with the worker's keys; the search for secrets is told of it.
 *
 * @throws Error if it is gone, or under its customer's key already
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
  rememberPhoto('photo as it was encoded anew', jpeg);
  return { ...row, jpeg };
}
