import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, inTransaction, type Database } from '#libs/db';
import { sql } from 'kysely';
import { databaseUrlOf } from '../support/app-environment.js';

// One connection, so that all statements meet what earlier ones prepared.
const db = createDatabase({ url: databaseUrlOf('admin'), applicationName: 'spec', max: 1 });
afterAll(() => db.destroy());

const run = (text: string) => sql.raw(text).execute(db);
const add = (on: Database, n: number) => sql`insert into sample (n) values (${n})`.execute(on);
const all = async (on: Database) =>
  (await sql<{ n: number }>`select * from sample order by n`.execute(on)).rows;
const numbers = async () => (await all(db)).map(({ n }) => n);

const unhandled: unknown[] = [];
const noteUnhandled = (error: unknown) => unhandled.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', noteUnhandled);
  await run('create temporary table sample (n int primary key)');
});
afterAll(() => {
  process.off('unhandledRejection', noteUnhandled);
  expect(unhandled).toEqual([]);
});

describe('prepared statements', () => {
  it('A text is prepared when it is used the second time', async () => {
    const twice = () => sql<{ twice: number }>`select ${2}::int * 2 as twice`.execute(db);
    const prepared = async () => {
      const { rows } = await run('select statement from pg_prepared_statements');
      return (rows as { statement: string }[]).filter(({ statement }) => statement.includes(' as twice'))
        .length;
    };
    await twice();
    expect(await prepared()).toBe(0);
    for (const { rows } of [await twice(), await twice()]) expect(rows).toEqual([{ twice: 4 }]);
    expect(await prepared()).toBe(1);
  });

  it.each([
    ['a migration changes its columns', 'alter table sample add column later int'],
    ['the server forgets it', 'deallocate all'],
  ])('A statement still works after %s', async (_what, change) => {
    for (let i = 0; i < 3; i += 1) await all(db);
    await run(change);
    await expect(all(db)).resolves.toBeDefined();
  });

  it.each([
    ['a migration changes its columns', 'alter table sample add column later_still int'],
    ['the server forgets it', 'deallocate all'],
  ])('A transaction still works, and runs once, after %s', async (_what, change) => {
    const step = (n: number) => inTransaction(db, async (tx) => [await add(tx, n), await all(tx)]);
    for (const n of [11, 12, 13]) await step(n);
    await run(change);
    await step(14);
    expect(await numbers()).toEqual([11, 12, 13, 14]);
    await run('delete from sample');
  });
});

describe('a transaction', () => {
  it('Statements that do not wait for each other run in order', async () => {
    const [, first, , second] = await inTransaction(db, (tx) =>
      Promise.all([add(tx, 1), all(tx), add(tx, 2), all(tx)]),
    );
    expect([first, second].map((rows) => rows.length)).toEqual([1, 2]);
  });

  it('The first of several failures reaches the caller, and nothing remains', async () => {
    const failing = inTransaction(db, (tx) => Promise.all([add(tx, 3), add(tx, 1), add(tx, 4)]));
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(await numbers()).toEqual([1, 2]);
  });

  it('A failure that the work did not wait for fails the commit', async () => {
    const careless = inTransaction(db, async (tx) => {
      await add(tx, 3);
      await add(tx, 1).catch(() => undefined);
    });
    await expect(careless).rejects.toMatchObject({ code: '23505' });
    expect(await numbers()).toEqual([1, 2]);
  });

  it('An error of the work itself rolls back what was sent, and a straggler writes nothing', async () => {
    let straggler: Promise<unknown> = Promise.resolve();
    const failing = inTransaction(db, async (tx) => {
      await all(tx);
      straggler = add(tx, 3).then(() => add(tx, 4));
      straggler.catch(() => undefined);
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    await expect(straggler).rejects.toThrow('the transaction is over');
    expect(await numbers()).toEqual([1, 2]);
  });
});
