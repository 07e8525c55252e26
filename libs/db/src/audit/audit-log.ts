import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import { eventFloor } from '../restores/restores.js';
import type { AuditCheckpointRow } from '../rows.js';

/** The stream of entries outside any reissue. */
const authority = 'authority';

/** The content of an entry that its leaf hash covers. */
export interface AuditRow {
  readonly stream: string;
  readonly sequence: number;
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly details: Record<string, unknown>;
  readonly personal_digest: string | null;
  readonly occurred_at: Date;
  /** The database role that inserted it, and when; null in entries older than these columns. */
  readonly recorded_by: string | null;
  readonly recorded_at: Date | null;
}

interface Place {
  readonly stream: string;
  readonly sequence: number;
}

/** Removes the oldest entries from the queue and returns them in the order in which they were written. */
export async function takePendingEntries(
  tx: Tx<'select audit_pending' | 'delete audit_pending'>,
  limit: number,
): Promise<Place[]> {
  const { rows } = await sql<Place>`
    WITH taken AS (
      DELETE FROM audit_pending WHERE position IN (SELECT position FROM audit_pending ORDER BY position LIMIT ${limit})
      RETURNING position, stream, sequence
    )
    SELECT stream, sequence::float8 AS sequence FROM taken ORDER BY position`.execute(tx);
  return rows;
}

/** Whether entries wait to become leaves. */
export async function hasPendingEntries(db: Database<'select audit_pending'>): Promise<boolean> {
  const first = await db
    .selectFrom('audit_pending')
    .select('position')
    .orderBy('position')
    .limit(1)
    .executeTakeFirst();
  return first !== undefined;
}

/** How many entries wait to become leaves. */
export async function countPendingEntries(db: Database<'select audit_pending'>): Promise<number> {
  const { waiting } = await db
    .selectFrom('audit_pending')
    .select(({ fn }) => fn.countAll<string>().as('waiting'))
    .executeTakeFirstOrThrow();
  return Number(waiting);
}

/** The entries in these places that exist, in no order. */
export async function entriesAt(
  db:
    | Database<'select audit_entry' | 'select authority_entry'>
    | Tx<'select audit_entry' | 'select authority_entry'>,
  places: readonly Place[],
): Promise<AuditRow[]> {
  const own = places.filter(({ stream }) => stream !== authority);
  const outside = places.filter(({ stream }) => stream === authority).map(({ sequence }) => sequence);
  const { rows } = await sql<AuditRow>`
    SELECT entry.reissue_id AS stream, entry.sequence::float8 AS sequence, actor, action, outcome, reason, details,
      personal_digest, occurred_at, recorded_by, recorded_at
    FROM unnest(${own.map(({ stream }) => stream)}::text[], ${own.map(({ sequence }) => sequence)}::int[])
      AS wanted (stream, sequence)
    JOIN audit_entry AS entry ON entry.reissue_id = wanted.stream AND entry.sequence = wanted.sequence
    UNION ALL
    SELECT ${authority}, position::float8, actor, action, outcome, reason, details, NULL, occurred_at,
      recorded_by, recorded_at
    FROM authority_entry WHERE position = any(${outside}::bigint[])`.execute(db);
  return rows;
}

/** How many leaves the log has. Leaves have no gaps, so this is also the index of the next leaf. */
export async function logSize(db: Database<'select audit_leaf'> | Tx<'select audit_leaf'>): Promise<number> {
  const row = await db
    .selectFrom('audit_leaf')
    .select('leaf_index')
    .orderBy('leaf_index', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? Number(row.leaf_index) + 1 : 0;
}

export interface NewLeaf extends Place {
  readonly index: number;
  readonly hash: Uint8Array;
}

export interface NewNode {
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** Adds leaves to the log, and the inner nodes that they complete. */
export async function insertLeaves(
  tx: Tx<'insert audit_leaf' | 'insert audit_node'>,
  leaves: readonly NewLeaf[],
  nodes: readonly NewNode[],
): Promise<void> {
  await sql`
    WITH leaf AS (
      INSERT INTO audit_leaf (leaf_index, stream, sequence, leaf_hash)
      SELECT * FROM unnest(${leaves.map(({ index }) => index)}::bigint[],
        ${leaves.map(({ stream }) => stream)}::text[], ${leaves.map(({ sequence }) => sequence)}::bigint[],
        ${leaves.map(({ hash }) => Buffer.from(hash))}::bytea[])
    )
    INSERT INTO audit_node (level, node_index, hash)
    SELECT * FROM unnest(${nodes.map(({ level }) => level)}::smallint[], ${nodes.map(({ index }) => index)}::bigint[],
      ${nodes.map(({ hash }) => Buffer.from(hash))}::bytea[])`.execute(tx);
}

/** The hashes of these nodes as `level/index` → hash; level 0 is the leaves. Nodes that do not exist are left out. */
export async function nodeHashes(
  db: Database<'select audit_leaf' | 'select audit_node'> | Tx<'select audit_leaf' | 'select audit_node'>,
  nodes: readonly { readonly level: number; readonly index: number }[],
): Promise<Map<string, Buffer>> {
  const { rows } = await sql<{ level: number; index: number; hash: Buffer }>`
    SELECT 0 AS level, leaf_index::float8 AS index, leaf_hash AS hash FROM audit_leaf
    WHERE leaf_index = any(${nodes.filter(({ level }) => level === 0).map(({ index }) => index)}::bigint[])
    UNION ALL
    SELECT node.level, node.node_index::float8, node.hash
    FROM unnest(${nodes.map(({ level }) => level)}::smallint[], ${nodes.map(({ index }) => index)}::bigint[])
      AS wanted (level, node_index)
    JOIN audit_node AS node ON node.level = wanted.level AND node.node_index = wanted.node_index`.execute(db);
  return new Map(rows.map(({ level, index, hash }) => [`${level}/${index}`, hash]));
}

export async function newestCheckpoint(
  db: Database<'select audit_checkpoint'> | Tx<'select audit_checkpoint'>,
): Promise<AuditCheckpointRow | undefined> {
  return db.selectFrom('audit_checkpoint').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst();
}

/** The checkpoint of this log size, if there is one. */
export async function checkpointOfSize(
  db: Database<'select audit_checkpoint'> | Tx<'select audit_checkpoint'>,
  size: number,
): Promise<AuditCheckpointRow | undefined> {
  return db.selectFrom('audit_checkpoint').selectAll().where('size', '=', String(size)).executeTakeFirst();
}

export async function insertCheckpoint(
  tx: Tx<'insert audit_checkpoint'>,
  checkpoint: {
    readonly size: number;
    readonly root: Uint8Array;
    readonly made_at: Date;
    readonly jws: string;
  },
): Promise<void> {
  const { size, root, ...rest } = checkpoint;
  await tx
    .insertInto('audit_checkpoint')
    .values({ ...rest, size: String(size), root: Buffer.from(root) })
    .execute();
}

/** Checkpoints of more than `size` leaves, the smallest first. */
export async function checkpointsAfter(
  db: Database,
  size: number,
  limit: number,
): Promise<AuditCheckpointRow[]> {
  return db
    .selectFrom('audit_checkpoint')
    .selectAll()
    .where('size', '>', String(size))
    .orderBy('size')
    .limit(limit)
    .execute();
}

/**
 * Checkpoints that are larger or later than the given one, in the order in which they were made. A later checkpoint is
 * smaller if the database was restored from a backup in between.
 */
export async function newerCheckpoints(
  db: Database<'select audit_checkpoint'>,
  than: { readonly size: number; readonly time: Date },
  limit: number,
): Promise<AuditCheckpointRow[]> {
  return db
    .selectFrom('audit_checkpoint')
    .selectAll()
    .where((is) => is.or([is('size', '>', String(than.size)), is('made_at', '>', than.time)]))
    .orderBy('made_at')
    .orderBy('size')
    .limit(limit)
    .execute();
}

/** The sequence number of the next event in a stream to which only the caller writes. */
export async function nextEventSequence(tx: Tx<'select event'>, stream: string): Promise<number> {
  const row = await tx
    .selectFrom('event')
    .select('sequence')
    .where('stream', '=', stream)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return Math.max(row?.sequence ?? 0, await eventFloor(tx)) + 1;
}
