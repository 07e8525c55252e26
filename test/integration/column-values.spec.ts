import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '#libs/db';
import { sql } from 'kysely';
import { columnValues } from '../../libs/db/src/column-values.js';
import { listedValuesOf } from '../support/listed-values.js';
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

it('Each fixed set of values in the code equals the list of a constraint, and the other way round', async () => {
  const sorted = (values: readonly string[]) => [...values].sort();
  const inDatabase = (await listedValuesOf(owner)).map(({ column, values }) => [column, sorted(values)]);
  const inCode = Object.entries(columnValues).map(([column, values]) => [column, sorted(values)]);
  expect(Object.fromEntries(inDatabase)).toEqual(Object.fromEntries(inCode));
});

it.each(Object.keys(columnValues))('%s accepts no value outside its set', async (column) => {
  const [table, name] = column.split('.') as [string, string];
  await sql`CREATE TABLE copy (LIKE ${sql.table(table)} INCLUDING CONSTRAINTS)`.execute(owner);
  try {
    await dropOtherConstraints();
    const wrong = sql`INSERT INTO copy (${sql.ref(name)}) VALUES ('{SOMETHING_ELSE}')`.execute(owner);
    await expect(wrong).rejects.toMatchObject({ code: '23514', constraint: `${table}_${name}_check` });
  } finally {
    await sql`DROP TABLE copy`.execute(owner);
  }
});

/** Keeps only the constraints of single columns, so that a row of the copy needs one value only. */
async function dropOtherConstraints(): Promise<void> {
  const { rows: required } = await sql<{ name: string }>`
    SELECT attname AS name FROM pg_attribute
    WHERE attrelid = 'copy'::regclass AND attnum > 0 AND attnotnull`.execute(owner);
  for (const { name } of required)
    await sql`ALTER TABLE copy ALTER COLUMN ${sql.ref(name)} DROP NOT NULL`.execute(owner);
  const { rows: combined } = await sql<{ name: string }>`
    SELECT conname AS name FROM pg_constraint
    WHERE conrelid = 'copy'::regclass AND contype = 'c' AND cardinality(conkey) > 1`.execute(owner);
  for (const { name } of combined)
    await sql`ALTER TABLE copy DROP CONSTRAINT ${sql.ref(name)}`.execute(owner);
}
