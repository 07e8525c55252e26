import { sql } from 'kysely';
import type { Database, RoleDatabase, RoleTx, Tx } from '../database.js';
import type { Row } from '../rows.js';

/** One run over one file of customers. */
export type CustomerImportRow = Row<'customer_import'>;

/** How many lines of a file had each outcome. */
export interface ImportCounts {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
}

/** A refused line. The reason quotes nothing from the line. */
export interface RefusedLine {
  readonly line: number;
  readonly reason: string;
}

/**
 * Continues the interrupted import of a file, or begins a new one.
 *
 * @param fileDigest SHA-256 of the file, hexadecimal
 */
export async function openImport(
  db: RoleDatabase<'customers'> | RoleTx<'customers'>,
  { fileDigest, actor, at }: { readonly fileDigest: string; readonly actor: string; readonly at: Date },
): Promise<CustomerImportRow> {
  const begun = await db
    .insertInto('customer_import')
    .values({ file_digest: fileDigest, started_by: actor, started_at: at })
    .onConflict((conflict) => conflict.column('file_digest').where('completed_at', 'is', null).doNothing())
    .returningAll()
    .executeTakeFirst();
  return begun ?? importUnderWay(db, fileDigest);
}

function importUnderWay(
  db: Database<'select customer_import'> | Tx<'select customer_import'>,
  fileDigest: string,
): Promise<CustomerImportRow> {
  return db
    .selectFrom('customer_import')
    .selectAll()
    .where('file_digest', '=', fileDigest)
    .where('completed_at', 'is', null)
    .executeTakeFirstOrThrow();
}

/**
 * Adds the outcomes of the lines after `from`, up to `to`.
 *
 * @returns false if another run has handled lines since: the caller must roll back
 */
export async function advanceImport(
  tx: RoleTx<'customers'>,
  importId: string,
  { from, to, counts }: { readonly from: number; readonly to: number; readonly counts: ImportCounts },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('customer_import')
    .set(({ eb }) => ({
      line: to,
      added: eb('added', '+', counts.added),
      changed: eb('changed', '+', counts.changed),
      unchanged: eb('unchanged', '+', counts.unchanged),
      refused: eb('refused', '+', counts.refused),
    }))
    .where('import_id', '=', importId)
    .where('line', '=', from)
    .where('completed_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Ends an import. The digests of its keys are needed no longer. */
export async function completeImport(tx: RoleTx<'customers'>, importId: string, at: Date): Promise<void> {
  await tx.deleteFrom('customer_import_key').where('import_id', '=', importId).execute();
  await tx
    .updateTable('customer_import')
    .set({ completed_at: at })
    .where('import_id', '=', importId)
    .where('completed_at', 'is', null)
    .execute();
}

export async function importById(
  db: Database<'select customer_import'> | Tx<'select customer_import'>,
  importId: string,
): Promise<CustomerImportRow> {
  return db
    .selectFrom('customer_import')
    .selectAll()
    .where('import_id', '=', importId)
    .executeTakeFirstOrThrow();
}

/** A key that may be in a file only once, and the line that has it. */
export interface ImportKey {
  readonly key: string;
  readonly line: number;
}

/**
 * Claims keys for their lines. A key belongs to the first line that claims it.
 *
 * @param keys in the order of their lines
 * @returns the line that each key belongs to
 */
export async function claimImportKeys(
  tx: RoleTx<'customers'>,
  importId: string,
  keys: readonly ImportKey[],
): Promise<Map<string, number>> {
  const first = new Map<string, number>();
  for (const { key, line } of keys) if (!first.has(key)) first.set(key, line);
  const names = [...first.keys()];
  const { rows } = await sql<{ key: string; line: number }>`
    with claimed as (
      insert into customer_import_key (import_id, key, line)
      select ${importId}::bigint, * from unnest(${names}::text[], ${[...first.values()]}::int[])
      on conflict do nothing
    )
    select key, line from customer_import_key
    where import_id = ${importId}::bigint and key = any(${names}::text[])
  `.execute(tx);
  // The rows of this batch are not visible to its own statement: what is found was there before.
  for (const { key, line } of rows) first.set(key, line);
  return first;
}

export async function insertRefusedLines(
  tx: Tx<'insert customer_import_refusal'>,
  importId: string,
  lines: readonly RefusedLine[],
): Promise<void> {
  await sql`
    insert into customer_import_refusal (import_id, line, reason)
    select ${importId}::bigint, * from unnest(${lines.map(({ line }) => line)}::int[],
      ${lines.map(({ reason }) => reason)}::text[])
  `.execute(tx);
}

/** The refused lines of an import after the given line, in order. */
export async function refusedLinesAfter(
  db: Database<'select customer_import_refusal'> | Tx<'select customer_import_refusal'>,
  importId: string,
  line: number,
  limit: number,
): Promise<RefusedLine[]> {
  return db
    .selectFrom('customer_import_refusal')
    .select(['line', 'reason'])
    .where('import_id', '=', importId)
    .where('line', '>', line)
    .orderBy('line')
    .limit(limit)
    .execute();
}
