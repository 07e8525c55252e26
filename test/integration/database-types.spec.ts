import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '#libs/db';
import { renderGrants, renderTables } from '../support/database-schema.js';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

let database: TestDatabase;
let owner: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = createDatabase({ url: database.urlOf('owner'), ...asSpec });
});
afterAll(async () => {
  await owner.destroy();
  await database.drop();
});

/** Compares a committed file of libs/db with the text generated now; with `RESEAL_RECORD=1`, writes the file. */
function expectFile(name: string, text: string): void {
  const file = fileURLToPath(new URL(`../../libs/db/src/${name}`, import.meta.url));
  if (process.env.RESEAL_RECORD) writeFileSync(file, text);
  else expect(text).toBe(readFileSync(file, 'utf8'));
}

it('The table types are those of the migrated database', async () => {
  expectFile('tables.ts', await renderTables(owner));
});

it('The privileges of every role are those that migrations grant', async () => {
  expectFile(
    'grants.ts',
    await renderGrants(owner, ['customers', 'gateway', 'ops', 'signer', 'status', 'worker']),
  );
});
