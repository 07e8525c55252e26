import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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

it('Functions that run with their owner’s rights search temporary schemas last', async () => {
  const { rows } = await sql<{ name: string; settings: string[] | null }>`
    select proname as name, proconfig as settings from pg_proc
    where prosecdef and pronamespace = 'public'::regnamespace`.execute(owner);
  expect(rows.length).toBeGreaterThanOrEqual(3);
  for (const { name, settings } of rows)
    expect([name, settings]).toEqual([name, [expect.stringMatching(/^search_path=.*\bpg_temp$/)]]);
});

describe.each<Role>(['gateway', 'ops', 'worker', 'signer', 'status', 'customers', 'sandbox'])(
  'the role of the %s',
  (role) => {
    it(`The role of the ${role} cannot create temporary tables`, async () => {
      const db = createDatabase({ url: database.urlOf(role), ...asSpec, max: 1 });
      await expect(sql`create temporary table webhook_endpoint (url text)`.execute(db)).rejects.toThrow(
        /permission denied to create temporary tables/,
      );
      await db.destroy();
    });
  },
);

/** What a role may do to a table: `S, I, U(state, ended_at)`. */
interface Grant {
  readonly role: string;
  readonly table: string;
  readonly may: string;
}

const page = fileURLToPath(new URL('../../docs/security-model.md', import.meta.url));
const between = /<!-- grants -->\n(.*)<!-- \/grants -->/s;

it('Every role has the grants that the security model names, and no others', async () => {
  const { rows } = await sql<Grant>`
    WITH role (name) AS (VALUES ('gateway'), ('worker'), ('signer'), ('ops'), ('status'), ('customers'), ('sandbox')),
    privilege (name, letter, place) AS (VALUES ('SELECT', 'S', 1), ('INSERT', 'I', 2), ('UPDATE', 'U', 3)),
    part AS (
      SELECT role.name AS role, relname AS table_name, letter, place,
        CASE WHEN has_table_privilege('reseal_' || role.name, pg_class.oid, privilege.name) THEN letter
          ELSE letter || '(' || (
            SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
              AND has_column_privilege('reseal_' || role.name, pg_class.oid, attnum, privilege.name)) || ')' END AS may
      FROM role, privilege, pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'pgmigrations'
      UNION ALL
      SELECT role.name, relname, 'D', 4,
        CASE WHEN has_table_privilege('reseal_' || role.name, pg_class.oid, 'DELETE') THEN 'D' END
      FROM role, pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'pgmigrations')
    SELECT role, table_name AS table, string_agg(may, ', ' ORDER BY place) AS may FROM part
    WHERE may IS NOT NULL GROUP BY role, table_name ORDER BY role, table_name`.execute(owner);
  const tables = [...Map.groupBy(rows, ({ role }) => role)].map(
    ([role, grants]) =>
      `\n### \`reseal_${role}\`\n\n${grants.map(({ table, may }) => `- \`${table}\`: ${may}`).join('\n')}\n`,
  );
  const expected = `${tables.join('')}\n`;
  const text = readFileSync(page, 'utf8');
  if (process.env.RESEAL_RECORD)
    writeFileSync(
      page,
      text.replace(between, () => `<!-- grants -->\n${expected}<!-- /grants -->`),
    );
  const [, documented] = between.exec(readFileSync(page, 'utf8')) ?? [];
  expect(documented).toBe(expected);
});
