import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sequenceEntries } from '#libs/audit-log';
import { inTransaction, type Database } from '#libs/db';
import { hasPendingEntries, logSize } from '#libs/db/audit';
import { findCertificateRequests, readSigningRecords } from '#libs/db/certificates';
import { dueEndpoints, markPublished, unpublishedEvents } from '#libs/db/events';
import { sql } from 'kysely';
import { connectAsAdmin } from '../support/stores.js';
import { until } from '../support/until.js';
import { customer } from '../world/people.js';
import { walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

/** After this many uses PostgreSQL keeps one plan for a prepared statement. */
const usesUntilPlanIsKept = 8;
const copies = 1_000;
/** Far less than a scan of a table reads that has grown. */
const fewRows = 2_000;

let world: World;
let worker: Database;
let signer: Database;
beforeAll(async () => {
  world = await createWorld();
  await keepAutovacuumAway();
  worker = world.as('worker', 1);
  signer = world.as('signer', 1);
});
afterAll(() => world.close());

/**
 * Autovacuum analyses tables whenever its minute is over, and PostgreSQL then plans again. With statistics of few rows it reads
 * a whole index instead of looking up each element of an array, until the grown table is analysed.
 */
const keepAutovacuumAway = () =>
  sql`DO $$ DECLARE name regclass; BEGIN
    FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
      EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name);
    END LOOP;
  END $$`.execute(world.owner);

/** A reissue from its start to the revocation of the old certificate, and the work in the background that follows it. */
async function reissue(): Promise<void> {
  const { reissueId } = await walkTo(world, await customer(world), 'REGISTERED');
  const now = world.clock.now();
  const { customer_id, spki_sha256 } = await world.owner
    .selectFrom('certificate')
    .select(['customer_id', 'spki_sha256'])
    .where('reissue_id', '=', reissueId)
    .executeTakeFirstOrThrow();
  const subjects = { reissueIds: [reissueId], customerIds: [customer_id], spkiSha256s: [spki_sha256] };
  await inTransaction(signer, (tx) => readSigningRecords(tx, subjects, 'none'));
  for (let events; (events = await unpublishedEvents(worker, 500)).length > 0;)
    await markPublished(worker, events, now);
  await dueEndpoints(worker, now);
  while (await hasPendingEntries(worker))
    await inTransaction(worker, (tx) => sequenceEntries(tx, 1_000, now));
}

/** The columns of tables of people and reissues, and how a copy gets keys of its own. */
const growth = sql<{ statement: string }>`
  WITH of_table AS (
    SELECT attrelid, attname, atttypid::regtype::text AS type,
      EXISTS (SELECT FROM pg_index
        WHERE indrelid = attrelid AND indisunique AND attnum = ANY (indkey)) AS is_key
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'audit_leaf'
      AND attnum > 0 AND NOT attisdropped
      AND attidentity = '' AND attgenerated = ''
  ), keys AS (SELECT DISTINCT attname, type FROM of_table WHERE is_key AND type IN ('text', 'uuid'))
  SELECT format('INSERT INTO %s (%s) SELECT %s FROM %1$s, generate_series(1, ${sql.raw(String(copies))}) AS n',
    attrelid::regclass, string_agg(quote_ident(attname), ', '),
    string_agg(CASE
      WHEN attname = 'receipt_number' THEN 'new_receipt_number()'
      WHEN (attname, type) NOT IN (SELECT attname, type FROM keys) THEN quote_ident(attname)
      WHEN type = 'uuid' THEN format('md5(%I::text || n)::uuid', attname)
      ELSE format($$CASE WHEN length(%1$I) < 20 THEN %1$I WHEN starts_with(%1$I, 'ri_')
        THEN 'ri_' || md5(%1$I || n) ELSE md5(%1$I || n) END$$, attname)
    END, ', ')) AS statement
  FROM of_table
  GROUP BY attrelid
  HAVING bool_or(attname IN ('reissue_id', 'stream', 'customer_id'))`;

/** Multiplies what is stored, without telling the planner. */
async function grow(): Promise<void> {
  const admin = await connectAsAdmin(new URL(world.urlOf('owner')).pathname.slice(1));
  const { rows } = await growth.execute(world.owner);
  await admin.query('SET session_replication_role = replica');
  for (const { statement } of rows) await admin.query(statement);
  await admin.end();
}

/** Ends all sessions of the apps' roles, because PostgreSQL counts what a session read when it ends. */
async function endSessions(): Promise<void> {
  const admin = await connectAsAdmin('postgres');
  try {
    const database = new URL(world.urlOf('owner')).pathname.slice(1);
    const { rows } = await admin.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [database],
    );
    const pids = rows.map(({ pid }) => pid);
    await admin.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids]);
    // The apps' pools open new sessions at once.
    await until('the sessions to end', async () => {
      const { rowCount } = await admin.query('SELECT FROM pg_stat_activity WHERE pid = ANY ($1)', [pids]);
      return rowCount === 0;
    });
  } finally {
    await admin.end();
  }
}

/** How many rows were read of each table that has grown, and how many entries of each of its indexes. */
async function rowsRead(): Promise<Map<string, number>> {
  const { rows } = await sql<{ name: string; read: number }>`
    SELECT relname AS name, seq_tup_read::float8 AS read FROM pg_stat_user_tables WHERE n_live_tup >= ${copies}
    UNION ALL
    SELECT indexrelname, idx_tup_read FROM pg_stat_user_indexes JOIN pg_stat_user_tables USING (relid)
      WHERE n_live_tup >= ${copies}`.execute(world.owner);
  return new Map(rows.map(({ name, read }) => [name, read]));
}

it('Statements that were planned for empty tables read few rows once the tables have grown', async () => {
  for (let use = 0; use < usesUntilPlanIsKept; use += 1) await reissue();
  await grow();
  await sql`SELECT pg_stat_force_next_flush()`.execute(world.owner);
  const before = await rowsRead();
  expect([...before.keys()]).toEqual(
    expect.arrayContaining(['reissue', 'step', 'event', 'audit_entry', 'certificate']),
  );
  await reissue();
  await endSessions();
  const after = await rowsRead();
  const read = [...after].map(([name, rows]) => ({ name, rows: rows - (before.get(name) ?? 0) }));
  expect(read.filter(({ rows }) => rows > fewRows)).toEqual([]);
});

it('The signer plans each prepared statement once, however many requests share it', async () => {
  const reissues = await Promise.all(
    [1, 2, 3].map(async () => walkTo(world, await customer(world), 'ISSUED')),
  );
  const ids = reissues.map(({ reissueId }) => reissueId);
  for (let use = 0; use < usesUntilPlanIsKept; use += 1) await findCertificateRequests(signer, { ids });
  const { rows } = await sql<{ uses: number; plans: number }>`
    SELECT generic_plans::int AS uses, custom_plans::int AS plans FROM pg_prepared_statements
    WHERE statement LIKE 'select "reissue_id", "api_key_name", "customer_id", "csr"%'`.execute(signer);
  expect(rows).toEqual([{ uses: usesUntilPlanIsKept - 1, plans: 0 }]); // a text is prepared when it is used again
});

it('The size of a long audit log is read from its last leaf', async () => {
  const admin = await connectAsAdmin(new URL(world.urlOf('owner')).pathname.slice(1));
  const size = await logSize(worker);
  await admin.query('SET session_replication_role = replica');
  await admin.query(
    `INSERT INTO audit_leaf (leaf_index, stream, sequence, leaf_hash)
     SELECT n, 'ri_long', n, sha256('leaf') FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS n`,
    [size, 2 * fewRows],
  );
  await admin.query('SELECT pg_stat_force_next_flush()');
  await admin.end();
  await endSessions();
  const leavesRead = async () => {
    const read = await rowsRead();
    return read.get('audit_leaf')! + read.get('audit_leaf_pkey')!;
  };
  const before = await leavesRead();
  expect(await logSize(worker)).toBe(size + 2 * fewRows);
  await endSessions();
  expect((await leavesRead()) - before).toBeLessThan(fewRows);
});
