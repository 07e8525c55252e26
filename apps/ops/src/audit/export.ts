import type { RoleDatabase } from '#libs/db';
import { searchAuditEntries, type AuditFilter, type AuditSearchResult } from '#libs/db/audit';
import { showEntry, type ShownEntry } from './schemas.js';

const pageSize = 1_000;

const columns = [
  'occurredAt',
  'stream',
  'sequence',
  'leafIndex',
  'actor',
  'requestedBy',
  'approvedBy',
  'action',
  'outcome',
  'reason',
  'details',
  'personalDigest',
  'recordedBy',
  'recordedAt',
] as const satisfies (keyof ShownEntry)[];

/** All entries that meet the filter, newest first, in pages, so that only one page is in memory. */
async function* entries(
  db: RoleDatabase<'ops'>,
  filter: AuditFilter,
): AsyncGenerator<readonly AuditSearchResult[]> {
  for (let after: AuditSearchResult | undefined; ;) {
    const page = await searchAuditEntries(db, filter, after, pageSize);
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    after = page.at(-1);
  }
}

interface Export {
  readonly filter: AuditFilter;
  readonly format: 'jsonl' | 'csv';
  /** Called once at the end, with the number of entries read and the error, if any. */
  readonly onEnd: (entries: number, error?: unknown) => Promise<void>;
}

/** An export as JSON Lines, or as CSV (RFC 4180) with a header. */
export async function* exportEntries(
  db: RoleDatabase<'ops'>,
  { filter, format, onEnd }: Export,
): AsyncGenerator<string> {
  let count = 0;
  let error: unknown = new ExportStopped();
  try {
    if (format === 'csv') yield csvFile([columns]);
    for await (const page of entries(db, filter)) {
      count += page.length;
      yield textOf(page, format);
    }
    error = undefined;
  } catch (failure) {
    error = failure;
    throw failure;
  } finally {
    await onEnd(count, error);
  }
}

/** The client stopped reading the export before its end. */
class ExportStopped extends Error {
  override readonly name = 'ExportStopped';
}

const textOf = (page: readonly AuditSearchResult[], format: Export['format']): string =>
  page
    .map(showEntry)
    .map((entry) =>
      format === 'jsonl'
        ? `${JSON.stringify(entry)}\n`
        : csvLine(columns.map((column) => cellOf(entry[column]))),
    )
    .join('');

const cellOf = (value: ShownEntry[keyof ShownEntry]): string =>
  typeof value === 'object' ? (value === null ? '' : JSON.stringify(value)) : String(value);

/** A CSV file, or its beginning. It starts with a byte order mark, without which Excel in Korea reads CP949. */
export const csvFile = (records: readonly (readonly string[])[]): string =>
  `\uFEFF${records.map(csvLine).join('')}`;

/**
 * A record of RFC 4180. A spreadsheet runs a cell that begins like a formula, so such a cell gets an apostrophe before it
 * (OWASP, CSV injection). Some spreadsheets accept full-width signs as well.
 */
export const csvLine = (cells: readonly string[]): string =>
  `${cells
    .map((cell) => (/^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell))
    .map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',')}\r\n`;
