import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import {
  appendAuthorityEntry,
  archivedHistory,
  auditTrailOf,
  eventsOfReissue,
  notificationsOf,
  operationEntriesOf,
  operationsOn,
  sentChallengesOf,
} from '#libs/db/audit';
import {
  countReissues,
  countReissuesBy,
  listedReissue,
  claimsOf,
  listReissues,
  notesOn,
  parkedSystems,
  type ListedReissue,
} from '#libs/db/reissues';
import { workflowIdOf } from '#libs/domain';
import type { z } from 'zod';
import type { Staff } from '../access/staff.js';
import { claimLifetimeMs } from '../claims/show-claim.js';
import { OpsDependencies } from '../dependencies.js';
import { opsProblem } from '../problems.js';
import { reissueFilterOf } from './filter.js';
import { readProcess } from './process-history.js';
import type {
  countQuery,
  listQuery,
  ShownReissueCount,
  ShownReissueDetail,
  ShownReissuePage,
  ShownTimeline,
} from './schemas.js';
import { showDetail, showOperationOnTarget, showSummary, type AboutParked } from './show-reissue.js';
import { buildTimeline } from './timeline.js';

/** A person's repeated read of a reissue within this time is not recorded again, in milliseconds. */
const rereadWindowMs = 5 * 60_000;
const maxRememberedReads = 10_000;

const unzip = promisify(gunzip);

/** Reissues as the API shows them. */
@Injectable()
export class ReissueViews {
  private readonly lastRead = new Map<string, number>();

  constructor(private readonly dependencies: OpsDependencies) {}

  async list(query: z.output<typeof listQuery>): Promise<ShownReissuePage> {
    const { sort, limit, cursor } = query;
    const { db, cursors } = this.dependencies;
    const list = `reissues ${sort}`;
    const after = cursor === undefined ? undefined : cursors.open<[string, string]>(list, cursor);
    const rows = await listReissues(db, reissueFilterOf(query), {
      sort,
      limit: limit + 1,
      ...(after ? { after: { time: after[0], id: after[1] } } : {}),
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const parked = await this.aboutParked(page);
    return {
      items: page.map((row) => showSummary(row, parked)),
      nextCursor: last && rows.length > limit ? cursors.write(list, [last.place.time, last.place.id]) : null,
    };
  }

  async count({ by, ...query }: z.output<typeof countQuery>): Promise<ShownReissueCount> {
    const { db } = this.dependencies;
    const filter = reissueFilterOf(query);
    const total = await countReissues(db, filter);
    return by ? { ...total, groups: await countReissuesBy(db, filter, by) } : total;
  }

  /** Records the read in the audit trail before the reissue is shown. */
  async show(reissueId: string, staff: Staff): Promise<ShownReissueDetail> {
    const { db, config } = this.dependencies;
    const row = await this.find(reissueId);
    const [operations, notes, parked] = await Promise.all([
      operationsOn(db, reissueId),
      notesOn(db, reissueId),
      this.aboutParked([row]),
      this.recordRead(reissueId, staff),
    ]);
    return {
      ...showDetail(row, parked, config),
      operations: operations.map(showOperationOnTarget),
      notes: notes.map(({ at, ...note }) => ({ ...note, at: at.toISOString() })),
      temporalUrl: this.temporalUrl(reissueId),
    };
  }

  async timeline(reissueId: string): Promise<ShownTimeline> {
    const { db, temporal } = this.dependencies;
    await this.find(reissueId);
    const [own, inOperations, events, challenges, notifications, operations, process] = await Promise.all([
      auditTrailOf(db, reissueId),
      operationEntriesOf(db, reissueId),
      eventsOfReissue(db, reissueId),
      sentChallengesOf(db, reissueId),
      notificationsOf(db, reissueId),
      operationsOn(db, reissueId),
      readProcess(temporal.client, reissueId, () => this.archived(reissueId)),
    ]);
    const entries = [...own, ...inOperations];
    return buildTimeline({ entries, events, challenges, notifications, operations, process });
  }

  private async aboutParked(rows: readonly ListedReissue[]): Promise<AboutParked> {
    const parked = rows.filter((row) => row.parked_step !== null).map((row) => row.reissue_id);
    if (parked.length === 0) return { systems: new Map(), claims: new Map() };
    const { db, clock } = this.dependencies;
    const madeAfter = new Date(clock().getTime() - claimLifetimeMs);
    const [systems, claims] = await Promise.all([parkedSystems(db, parked), claimsOf(db, parked, madeAfter)]);
    return { systems, claims };
  }

  private async archived(reissueId: string): Promise<readonly unknown[] | undefined> {
    const compressed = await archivedHistory(this.dependencies.db, reissueId);
    if (!compressed) return undefined;
    return JSON.parse((await unzip(compressed)).toString()) as unknown[];
  }

  private async find(reissueId: string): Promise<ListedReissue> {
    const row = await listedReissue(this.dependencies.db, reissueId);
    if (!row) throw opsProblem('not-found');
    return row;
  }

  private async recordRead(reissueId: string, { actor }: Staff): Promise<void> {
    const { db, clock } = this.dependencies;
    const now = clock();
    const readKey = `${actor} ${reissueId}`;
    const last = this.lastRead.get(readKey);
    if (last !== undefined && now.getTime() - last < rereadWindowMs) return;
    await appendAuthorityEntry(db, {
      actor,
      action: 'readReissue',
      outcome: 'DONE',
      details: { reissueId },
      occurredAt: now,
    });
    this.lastRead.delete(readKey);
    this.lastRead.set(readKey, now.getTime());
    // The map is in the order of reads, oldest first. A dropped read is at worst recorded once more.
    if (this.lastRead.size > maxRememberedReads) this.lastRead.delete(this.lastRead.keys().next().value!);
  }

  private temporalUrl(reissueId: string): string | null {
    const { temporalUiUrl, temporalNamespace } = this.dependencies.config;
    if (!temporalUiUrl) return null;
    const path = ['namespaces', temporalNamespace, 'workflows', workflowIdOf(reissueId)];
    return `${temporalUiUrl.replace(/\/$/, '')}/${path.map(encodeURIComponent).join('/')}`;
  }
}
