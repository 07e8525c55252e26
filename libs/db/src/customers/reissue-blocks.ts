import type { BlockReason, BlockSource } from '#libs/domain';
import type { Database, Tx } from '../database.js';
import type { Row } from '../rows.js';
import { appendAuthorityEntry } from '../audit/authority-entries.js';

type BlockRow = Row<'reissue_block'>;

/** A block of the online reissues of a person. */
export interface NewBlock {
  /** Pseudonym. */
  readonly customerRef: string;
  readonly source: BlockSource;
  readonly reason: BlockReason;
  /** The actor in the audit trail. */
  readonly by: string;
  readonly at: Date;
  /** For the audit trail; no personal data. */
  readonly comment?: string;
}

/**
 * Blocks the online reissues of a person, and records it in the audit trail. A person whom this source blocks already stays
 * blocked as before.
 *
 * @returns whether the block is new
 */
export async function blockReissues(
  tx: Tx<'select reissue_block' | 'insert reissue_block' | 'insert authority_entry'>,
  { customerRef, source, reason, by, at, comment }: NewBlock,
): Promise<boolean> {
  const row = await tx
    .insertInto('reissue_block')
    .values({ customer_ref: customerRef, source, reason, since: at, blocked_by: by })
    .onConflict((conflict) =>
      conflict.columns(['customer_ref', 'source']).where('lifted_at', 'is', null).doNothing(),
    )
    .returning('block_id')
    .executeTakeFirst();
  if (!row) return false;
  await appendAuthorityEntry(tx, {
    ...{ actor: by, action: 'blockReissues', outcome: 'DONE', occurredAt: at },
    ...(comment === undefined ? {} : { reason: comment }),
    details: { customerRef, source, code: reason },
  });
  return true;
}

/** Which blocks end, and by whom. */
export interface LiftedBlock {
  /** Pseudonym. */
  readonly customerRef: string;
  /** The sources whose blocks end; by default of all. */
  readonly sources?: readonly BlockSource[];
  /** The actor in the audit trail. */
  readonly by: string;
  readonly at: Date;
  readonly comment?: string;
  /** Further details for the audit trail. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Lifts the blocks of a person, and records it in the audit trail.
 *
 * @returns whether a block was in force
 */
export async function liftBlock(
  tx: Tx<'select reissue_block' | 'update reissue_block' | 'insert authority_entry'>,
  { customerRef, sources, by, at, comment, details }: LiftedBlock,
): Promise<boolean> {
  const lifted = await tx
    .updateTable('reissue_block')
    .set({ lifted_at: at, lifted_by: by })
    .where('customer_ref', '=', customerRef)
    .where('lifted_at', 'is', null)
    .$if(sources !== undefined, (query) =>
      query.where((is) => is('source', '=', is.fn.any(is.val(sources!)))),
    )
    .returning('source')
    .execute();
  if (lifted.length === 0) return false;
  await appendAuthorityEntry(tx, {
    ...{ actor: by, action: 'liftBlock', outcome: 'DONE', occurredAt: at },
    ...(comment === undefined ? {} : { reason: comment }),
    details: { customerRef, sources: lifted.map(({ source }) => source).toSorted(), ...details },
  });
  return true;
}

/** A block in force. */
export type ReissueBlock = Pick<BlockRow, 'source' | 'reason' | 'since' | 'blocked_by'>;

/** The blocks of a person that are in force, the oldest first. */
export async function blocksOf(
  db: Database<'select reissue_block'> | Tx<'select reissue_block'>,
  customerRef: string,
): Promise<ReissueBlock[]> {
  return db
    .selectFrom('reissue_block')
    .select(['source', 'reason', 'since', 'blocked_by'])
    .where('customer_ref', '=', customerRef)
    .where('lifted_at', 'is', null)
    .orderBy('block_id')
    .execute();
}

/** Those of these persons who are blocked. */
export async function blockedOf(
  db: Database<'select reissue_block'>,
  customerRefs: readonly string[],
): Promise<Set<string>> {
  const rows = await db
    .selectFrom('reissue_block')
    .select('customer_ref')
    .where((is) => is('customer_ref', '=', is.fn.any(is.val(customerRefs))))
    .where('lifted_at', 'is', null)
    .execute();
  return new Set(rows.map(({ customer_ref }) => customer_ref));
}

/** The oldest block of a person that is in force; undefined if online reissues are possible. */
export async function blockOf(
  tx: Tx<'select reissue_block'>,
  customerRef: string,
): Promise<ReissueBlock | undefined> {
  return (await blocksOf(tx, customerRef))[0];
}

/** Whether a customer has this pseudonym. */
export async function customerExists(db: Database<'select customer'>, customerRef: string): Promise<boolean> {
  const row = await db
    .selectFrom('customer')
    .select('customer_ref')
    .where('customer_ref', '=', customerRef)
    .executeTakeFirst();
  return row !== undefined;
}

/** Deletes blocks that were lifted before a time; the audit trail keeps them. @returns the number deleted */
export async function deleteLiftedBlocks(
  db: Database<'select reissue_block' | 'delete reissue_block'>,
  before: Date,
): Promise<number> {
  const result = await db.deleteFrom('reissue_block').where('lifted_at', '<', before).executeTakeFirst();
  return Number(result.numDeletedRows);
}
