import { RawNode, sql, type OperationNodeSource, type QueryCreator } from 'kysely';
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
