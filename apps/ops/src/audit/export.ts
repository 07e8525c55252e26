import { searchAuditEntries, type AuditFilter, type Database, type FoundEntry } from '#libs/db';
import { showEntry, type ShownEntry } from './schemas.js';

const pageSize = 1_000;

const columns = [
  'occurredAt',
  'stream',
  'sequence',
  'leafIndex',
  'actor',
  'action',
  'outcome',
  'reason',
  'details',
  'personalDigest',
  'recordedBy',
  'recordedAt',
] as const satisfies (keyof ShownEntry)[];

/** All entries that are found, the newest first, a page at a time: nothing is held but that. */
async function* entries(db: Database, filter: AuditFilter): AsyncGenerator<readonly FoundEntry[]> {
  for (let after: FoundEntry | undefined; ;) {
    const page = await searchAuditEntries(db, filter, after, pageSize);
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    after = page.at(-1);
  }
}

/** An export as JSON Lines, or as CSV (RFC 4180) with a header. */
export async function* exportEntries(
  db: Database,
  filter: AuditFilter,
  format: 'jsonl' | 'csv',
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(columns);
  for await (const page of entries(db, filter))
    yield page
      .map(showEntry)
      .map((entry) =>
        format === 'jsonl'
          ? `${JSON.stringify(entry)}\n`
          : csvLine(columns.map((column) => cellOf(entry[column]))),
      )
      .join('');
}

const cellOf = (value: ShownEntry[keyof ShownEntry]): string =>
  typeof value === 'object' ? (value === null ? '' : JSON.stringify(value)) : String(value);

/**
 * A record of RFC 4180. A spreadsheet takes what begins like a formula for one and runs it: an apostrophe before it
 * makes it a text again (OWASP, CSV injection). Some take full-width signs for the narrow ones.
 */
export const csvLine = (cells: readonly string[]): string =>
  `${cells
    .map((cell) => (/^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell))
    .map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',')}\r\n`;
