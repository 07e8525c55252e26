import { Controller, Get, Headers, Module, Query } from '@nestjs/common';
import { newestCheckpoints, searchAuditEntries, type NewAuthorityEntry } from '#libs/db/audit';
import { Documented, negotiate, preferredLanguage } from '#libs/http';
import { z } from 'zod';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { OpsDependencies } from '../dependencies.js';
import { fileResponse } from '../file-response.js';
import { limitSchema } from '../paging/cursor.js';
import { opsProblem } from '../problems.js';
import { reviewAccess, reviewQuery, reviewSchema } from './access-review.js';
import { failureOf, recordAct, auditedRead } from './audited-act.js';
import { exportEntries } from './export.js';
import { reviewAsCsv, reviewAsHtml } from './review-document.js';
import {
  cursorAfter,
  exportQuery,
  recordedFilter,
  positionOf,
  searchResult,
  searchQuery,
  showEntry,
} from './schemas.js';

const checkpointSchema = z
  .object({
    size: z.int(),
    root: z.string().describe('base64url'),
    madeAt: z.iso.datetime(),
    jws: z
      .string()
      .describe(
        'Signed checkpoint, to be kept outside Reseal; `npm run verify -- … --checkpoint FILE` verifies against it',
      ),
  })
  .meta({ id: 'AuditCheckpoint' });
const checkpointList = z.object({ items: z.array(checkpointSchema) }).meta({ id: 'AuditCheckpointList' });
const checkpointQuery = z.strictObject({ limit: limitSchema(1_000, 50) });

/** Media types of an access review, the default first. */
const reviewTypes = ['application/json', 'text/html', 'text/csv'] as const;

@Controller('v1/audit')
@Roles('auditor')
class AuditController {
  constructor(private readonly dependencies: OpsDependencies) {}

  @Get()
  @Documented('searchAudit', 'Search the audit trail, newest entries first', { 200: searchResult })
  async search(
    @CallingStaff() staff: Staff,
    @Query({ schema: searchQuery }) { cursor, limit, ...filter }: z.output<typeof searchQuery>,
  ): Promise<z.output<typeof searchResult>> {
    const { db, cursors } = this.dependencies;
    const after = cursor === undefined ? undefined : positionOf(cursors, cursor);
    // Each page is recorded as a separate read.
    const about = { filter: recordedFilter(filter), ...(after ? { before: after.time } : {}) };
    const rows = await auditedRead(this.dependencies, staff, 'searchAudit', about, () =>
      searchAuditEntries(db, filter, after, limit + 1),
    );
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(showEntry),
      nextCursor: rows.length > limit && last ? cursorAfter(cursors, last) : null,
    };
  }

  @Get('export')
  @Documented('exportAudit', 'Export entries of the audit trail as JSON Lines or CSV', {
    200: 'Entries as application/jsonl or text/csv',
  })
  async export(
    @CallingStaff() staff: Staff,
    @Query({ schema: exportQuery }) { format, ...filter }: z.output<typeof exportQuery>,
  ): Promise<Response> {
    const about = { format, filter: recordedFilter(filter) };
    const record = (end: Pick<NewAuthorityEntry, 'outcome' | 'reason'>, more = {}) =>
      recordAct(this.dependencies, staff, { action: 'exportAudit', details: { ...about, ...more }, ...end });
    await record({ outcome: 'STARTED' });
    const onEnd = (entries: number, error?: unknown) =>
      record(error === undefined ? { outcome: 'DONE' } : failureOf(error), { entries });
    const text = exportEntries(this.dependencies.db, { filter, format, onEnd });
    const type = format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/jsonl';
    return fileResponse(
      ReadableStream.from(text).pipeThrough(new TextEncoderStream()),
      type,
      `audit.${format}`,
    );
  }

  @Get('checkpoints')
  @Documented('listCheckpoints', 'List the newest checkpoints of the audit log', { 200: checkpointList })
  async checkpoints(
    @Query({ schema: checkpointQuery }) { limit }: z.output<typeof checkpointQuery>,
  ): Promise<z.output<typeof checkpointList>> {
    const rows = await newestCheckpoints(this.dependencies.db, limit);
    return {
      items: rows.map(({ size, root, made_at, jws }) => ({
        size: Number(size),
        root: root.toString('base64url'),
        madeAt: made_at.toISOString(),
        jws,
      })),
    };
  }

  @Get('access-review')
  @Documented(
    'reviewAccess',
    'Review the access of staff in a month, as JSON, or as HTML or CSV in the language of Accept-Language',
    { 200: reviewSchema },
  )
  async review(
    @CallingStaff() staff: Staff,
    @Query({ schema: reviewQuery }) { month }: z.output<typeof reviewQuery>,
    @Headers('accept') accept: string | undefined,
    @Headers('accept-language') languages: string | undefined,
  ): Promise<Response | z.output<typeof reviewSchema>> {
    const type = negotiate(accept, reviewTypes);
    const review = await auditedRead(this.dependencies, staff, 'reviewAccess', { month }, async () => {
      if (type === undefined) throw opsProblem('not-acceptable');
      return reviewAccess(this.dependencies.db, month);
    });
    const file = (text: string, ending: string, parameters = '') =>
      fileResponse(text, `${type}; charset=utf-8${parameters}`, `access-review-${month}.${ending}`);
    const document = { review, language: preferredLanguage(languages), at: this.dependencies.clock() };
    if (type === 'text/html') return file(reviewAsHtml(document), 'html');
    if (type === 'text/csv') return file(reviewAsCsv(document), 'csv', '; header=present');
    return review;
  }
}

/** The audit trail for auditors: search, export and access review. Every read is itself recorded. */
@Module({ controllers: [AuditController] })
export class AuditModule {}
