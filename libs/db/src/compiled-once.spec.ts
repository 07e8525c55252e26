import { describe, expect, it } from '@jest/globals';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { compiledOnce } from './compiled-once.js';
import type { Database } from './database.js';
import type { Tables } from './tables.js';

/** A database that answers nothing, and what was sent to it. */
function recordingDatabase() {
  const sent: { sql: string; parameters: readonly unknown[] }[] = [];
  const db: Database = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new PostgresIntrospector(database),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ query }) => void sent.push({ sql: query.sql, parameters: query.parameters }),
  });
  return { db, sent };
}

interface Wanted {
  readonly ids: readonly string[];
  readonly before: Date;
}

describe('a query that is compiled once', () => {
  it('Each execution sends the same text with its own values', async () => {
    let composed = 0;
    const find = compiledOnce((db: Database, { ids, before }: Wanted) => {
      composed += 1;
      return db
        .selectFrom('reissue')
        .select('reissue_id')
        .where('created_at', '<', before)
        .where('state', '=', 'ISSUING')
        .where((is) => is('reissue_id', '=', is.fn.any(is.val(ids))));
    });
    const { db, sent } = recordingDatabase();
    const [early, late] = [new Date(0), new Date(1)];
    await find(db, { ids: ['a'], before: early });
    await find(db, { ids: ['b', 'c'], before: late });
    expect(sent.map(({ parameters }) => parameters)).toEqual([
      [early, 'ISSUING', ['a']],
      [late, 'ISSUING', ['b', 'c']],
    ]);
    expect(new Set(sent.map(({ sql }) => sql)).size).toBe(1);
    expect(composed).toBe(1);
  });

  it.each([
    ['in JSON', ({ ids }: Wanted) => JSON.stringify(ids)],
    ['in text', ({ ids }: Wanted) => String(ids)],
    ['by comparing', ({ before }: Wanted) => (before > new Date(0) ? 'a' : 'b')],
  ])('A query may not look at its values %s', async (_how, look) => {
    const find = compiledOnce((db: Database, wanted: Wanted) =>
      db.selectFrom('reissue').select('reissue_id').where('reissue_id', '=', look(wanted)),
    );
    const wanted = { ids: ['a'], before: new Date(0) };
    await expect(find(recordingDatabase().db, wanted)).rejects.toThrow('a query that is compiled once');
  });
});
