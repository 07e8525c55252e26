import { RawNode, sql, type OperationNodeSource, type QueryCreator, type RawBuilder } from 'kysely';
import type { Tx } from './database.js';
import type { NewRow } from './rows.js';
import type { Tables } from './tables.js';

/** A write that can run as a part of one statement with others. No part sees what another one writes. */
export type WritePart = OperationNodeSource;

/** A write that can also run as a statement of its own. */
export interface Write extends WritePart {
  execute(): Promise<unknown>;
}

/** The query `db` after `WITH name AS (part), …`, in this order. */
export function withParts(
  db: QueryCreator<Tables>,
  parts: Readonly<Record<string, WritePart>>,
): QueryCreator<Tables> {
  return Object.entries(parts).reduce(
    (query, [name, part]) => query.with(name, () => inParentheses(part) as never) as unknown as typeof query,
    db,
  );
}

/** Kysely puts its own queries in parentheses, but not SQL that was written by hand. */
const inParentheses = (part: WritePart): WritePart =>
  RawNode.is(part.toOperationNode()) ? sql`(${part})` : part;

/**
 * Inserts rows, in this order, from one parameter: the text of the statement does not depend on how many there are.
 *
 * @param rows at least one; all set the same columns, none of them binary
 */
export function insertRows<Table extends keyof Tables>(
  _tx: Tx<`insert ${Table}`>,
  table: Table,
  rows: readonly NewRow<Table>[],
): RawBuilder<unknown> {
  const columns = sql.join(Object.keys(rows[0]!).map((column) => sql.ref(column)));
  return sql`
    INSERT INTO ${sql.table(table)} (${columns}) SELECT ${columns}
    FROM jsonb_populate_recordset(NULL::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb) WITH ORDINALITY
    ORDER BY ordinality`;
}
