import { afterAll, describe, expect, it } from '@jest/globals';
import { createDatabase, inTransaction } from '#libs/db';
import { sql } from 'kysely';
import { databaseUrlOf } from '../support/app-environment.js';
import { connectAsAdmin } from '../support/stores.js';
import { until } from '../support/until.js';

const db = createDatabase({ url: databaseUrlOf('worker'), applicationName: 'spec', max: 1 });
afterAll(() => db.destroy());

/** Ends a connection as PostgreSQL does when it is restarted. */
async function terminate(pid: number): Promise<void> {
  const admin = await connectAsAdmin('postgres');
  await admin.query('select pg_terminate_backend($1)', [pid]);
  await until('the connection to end', async () => {
    const { rowCount } = await admin.query('select from pg_stat_activity where pid = $1', [pid]);
    return rowCount === 0;
  });
  await admin.end();
}
const ownPid = sql<{ pid: number }>`select pg_backend_pid() as pid`;

describe('a connection that PostgreSQL ends', () => {
  it('A connection that PostgreSQL ends between two statements fails the transaction and not the process', async () => {
    const transaction = inTransaction(db, async (tx) => {
      const { rows } = await ownPid.execute(tx);
      await terminate(rows[0]!.pid);
      await sql`select 1`.execute(tx);
    });
    await expect(transaction).rejects.toThrow();
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
  });

  it('An idle connection that PostgreSQL ends is replaced', async () => {
    const { rows } = await ownPid.execute(db);
    await terminate(rows[0]!.pid);
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
  });
});
