import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '#libs/db';
import { sql } from 'kysely';
import { asSpec, createTestDatabase, type Role, type TestDatabase } from '../world/test-database.js';

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

it('functions that run with their owner’s rights look into temporary schemas last', async () => {
  const { rows } = await sql<{ name: string; settings: string[] | null }>`
    select proname as name, proconfig as settings from pg_proc
    where prosecdef and pronamespace = 'public'::regnamespace`.execute(owner);
  expect(rows.length).toBeGreaterThanOrEqual(3);
  for (const { name, settings } of rows)
    expect([name, settings]).toEqual([name, [expect.stringMatching(/^search_path=.*\bpg_temp$/)]]);
});

describe.each<Role>(['gateway', 'ops', 'worker', 'signer', 'status', 'sandbox'])(
  'the role of the %s',
  (role) => {
    it('makes no temporary tables', async () => {
      const db = createDatabase({ url: database.urlOf(role), ...asSpec, max: 1 });
      await expect(sql`create temporary table webhook_endpoint (url text)`.execute(db)).rejects.toThrow(
        /permission denied to create temporary tables/,
      );
      await db.destroy();
    });
  },
);
