import type pg from 'pg';
import { connectAsAdmin } from '../../support/stores.js';
import { copiedValue, readColumns, reissuesPerCustomer, type ColumnsOf } from './columns.js';

/** Reissues copied by one statement. */
const chunk = 5_000;
/** Rows of queues, which are empty when nothing is waiting, and of the log, which is filled by itself. */
const notCopied: readonly string[] = ['audit_leaf', 'audit_pending', 'webhook_delivery'];

/** A registered reissue, of which copies are made. */
export interface Template {
  readonly reissueId: string;
  readonly customerId: string;
  readonly personKey: string;
}

/**
 * Fills the database with copies of a registered reissue: all rows of the reissue in all tables, the rows of its customer
 * for every fourth copy, and leaves of the audit log. So a query meets what it meets after years.
 */
export class HistoryFiller {
  private filled = 0;

  private constructor(
    private readonly admin: pg.Client,
    private readonly columns: ColumnsOf,
    private readonly template: Template,
  ) {}

  static async open(databaseUrl: string, template: Template): Promise<HistoryFiller> {
    const admin = await connectAsAdmin(new URL(databaseUrl).pathname.slice(1));
    // No triggers and foreign keys: nothing is to be published, delivered, or logged again.
    await admin.query('set session_replication_role = replica');
    return new HistoryFiller(admin, await readColumns(admin), template);
  }

  /** Copies until the database has this many reissues. */
  async fillUpTo(size: number, progress: (done: number) => void = () => undefined): Promise<void> {
    while (this.filled < size) {
      const last = Math.min(this.filled + chunk, size) - 1;
      await this.copy(this.filled, last, size);
      this.filled = last + 1;
      progress(this.filled);
    }
    await this.appendLeaves();
    // What autovacuum would have done long before.
    await this.admin.query('vacuum (analyze)');
    await this.admin.query('checkpoint');
  }

  close(): Promise<void> {
    return this.admin.end();
  }

  private async copy(first: number, last: number, total: number): Promise<void> {
    for (const [table, columns] of this.columns) {
      if (notCopied.includes(table)) continue;
      const names = columns.map(({ name }) => `"${name}"`).join(', ');
      for (const { scope, rows } of this.rowsOf(columns.map(({ name }) => name)))
        await this.admin.query(`
          insert into ${table} (${names})
          select ${columns.map((column) => copiedValue(column, total, scope)).join(', ')}
            from ${table} as row cross join generate_series(${first}, ${last}) as n
           where ${rows}${scope === 'customer' ? ` and n % ${reissuesPerCustomer} = 0` : ''}`);
    }
  }

  /** Which rows of a table with these columns belong to the reissue, and which to its customer. */
  private rowsOf(names: readonly string[]): { scope: 'reissue' | 'customer'; rows: string }[] {
    const { reissueId, customerId, personKey } = this.template;
    const key = names.find((name) => name === 'reissue_id' || name === 'stream');
    const others = key ? ` and row.${key} is null` : '';
    if (!key && !names.includes('customer_id') && names.includes('person_key'))
      return [{ scope: 'customer', rows: `row.person_key = '${personKey}'` }];
    return [
      ...(key ? [{ scope: 'reissue' as const, rows: `row.${key} = '${reissueId}'` }] : []),
      ...(names.includes('customer_id')
        ? [{ scope: 'customer' as const, rows: `row.customer_id = '${customerId}'${others}` }]
        : []),
    ];
  }

  /** Appends the audit entries of all copies to the log, and completes the tree above them with hashes of nothing. */
  private async appendLeaves(): Promise<void> {
    await this.admin.query('begin');
    // The sequencer waits.
    await this.admin.query('lock table audit_leaf in share row exclusive mode');
    const { rows } = await this.admin.query<{ size: string }>(`
      with added as (
        insert into audit_leaf (leaf_index, stream, sequence, leaf_hash)
        select (select coalesce(max(leaf_index) + 1, 0) from audit_leaf)
            + row_number() over (order by reissue_id, sequence) - 1,
          reissue_id, sequence, sha256(convert_to(reissue_id || sequence, 'UTF8'))
          from audit_entry as entry
         where not exists (select from audit_leaf where stream = reissue_id and audit_leaf.sequence = entry.sequence)
        returning leaf_index
      )
      select greatest((select max(leaf_index) from audit_leaf), (select max(leaf_index) from added)) + 1 as size`);
    const size = Number(rows[0]!.size);
    for (let level = 1; 2 ** level <= size; level += 1)
      await this.admin.query(
        `insert into audit_node (level, node_index, hash)
         select $1::smallint, place, sha256(convert_to('node' || place, 'UTF8'))
           from generate_series(0, $2::bigint - 1) as place on conflict do nothing`,
        [level, Math.floor(size / 2 ** level)],
      );
    await this.admin.query('commit');
  }
}
