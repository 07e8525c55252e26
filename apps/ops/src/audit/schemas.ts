import { serialSchema } from '#libs/contracts';
import type { AuditFilter, AuditCursor, AuditSearchResult } from '#libs/db/audit';
import { reissueIdPattern } from '#libs/domain';
import { z } from 'zod';
import { cursorSchema, limitSchema, type Cursors } from '../paging/cursor.js';
import { timestampSchema } from '../paging/timestamp.js';
import { customerRefSchema } from '../reissues/filter.js';

const word = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable characters without spaces');
const time = timestampSchema.transform((text) => new Date(text));

const auditFilterShape = {
  actor: word.optional().describe('Exact name, e.g. `staff:olivia`, `customer`, `system`'),
  action: word.optional(),
  outcome: word.optional(),
  customerRef: customerRefSchema.optional(),
  serial: serialSchema.optional().describe('Entries that name this certificate'),
  reissueId: z
    .string()
    .regex(reissueIdPattern)
    .optional()
    .describe('Entries of the reissue, and acts that name it'),
  from: time.optional().describe('Entries at this time or later'),
  to: time.optional().describe('Entries before this time'),
};

export const searchQuery = z.strictObject({
  ...auditFilterShape,
  cursor: cursorSchema.optional(),
  limit: limitSchema(200, 50),
});

export const exportQuery = z.strictObject({
  ...auditFilterShape,
  format: z.enum(['jsonl', 'csv']).default('jsonl'),
});

const auditEntrySchema = z
  .object({
    stream: z.string().describe('Id of the reissue, or `authority` for acts outside reissues'),
    sequence: z.int(),
    leafIndex: z
      .int()
      .nullable()
      .describe('Index in the audit log; null for the few seconds until the entry is in the log'),
    actor: z.string(),
    action: z.string(),
    outcome: z.string(),
    reason: z.string().nullable(),
    requestedBy: z.string().nullable().describe('Operations only: the person who requested the operation'),
    approvedBy: z.string().nullable().describe('Operations only: the person who approved the operation'),
    details: z.record(z.string(), z.unknown()),
    personalDigest: z.string().nullable(),
    occurredAt: z.iso.datetime(),
    recordedBy: z
      .string()
      .nullable()
      .describe('Database role that inserted the entry; null in entries older than this member'),
    recordedAt: z.iso.datetime().nullable().describe('Time of the insert by the clock of the database'),
  })
  .meta({ id: 'AuditEntry' });
export type ShownEntry = z.output<typeof auditEntrySchema>;

export const searchResult = z
  .object({ items: z.array(auditEntrySchema), nextCursor: z.string().nullable() })
  .meta({ id: 'AuditEntryList' });

const nameIn = (details: Record<string, unknown>, member: string): string | null => {
  const name = details[member];
  return typeof name === 'string' ? name : null;
};

export const showEntry = (row: AuditSearchResult): ShownEntry => ({
  stream: row.stream,
  sequence: row.sequence,
  leafIndex: row.leaf_index,
  actor: row.actor,
  action: row.action,
  outcome: row.outcome,
  reason: row.reason,
  requestedBy: nameIn(row.details, 'requestedBy'),
  approvedBy: nameIn(row.details, 'approvedBy'),
  details: row.details,
  personalDigest: row.personal_digest,
  occurredAt: row.occurred_at.toISOString(),
  recordedBy: row.recorded_by,
  recordedAt: row.recorded_at?.toISOString() ?? null,
});

/** A filter as the audit entry of the search records it. */
export const recordedFilter = ({ from, to, ...rest }: AuditFilter): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  ...(from ? { from: from.toISOString() } : {}),
  ...(to ? { to: to.toISOString() } : {}),
});

/** Name of the list in its cursors. */
const list = 'audit';

export const cursorAfter = (cursors: Cursors, { time: at, stream, sequence }: AuditSearchResult): string =>
  cursors.write(list, [at, stream, sequence]);

export function positionOf(cursors: Cursors, cursor: string): AuditCursor {
  const [at, stream, sequence] = cursors.open<[string, string, number]>(list, cursor);
  return { time: at, stream, sequence };
}
