import { Inject, Injectable } from '@nestjs/common';
import {
  approvalsOf,
  findOperation,
  listOperations,
  operationItems,
  outcomesOfOperations,
  type OperationRow,
} from '#libs/db';
import { needsApproval } from '#libs/domain';
import type { z } from 'zod';
import { Dependencies } from '../dependencies.js';
import { writeCursor } from '../paging/cursor.js';
import { problem } from '../problems.js';
import type { itemPage, itemsQuery, operationPage, operationsQuery, ShownOperation } from './schemas.js';

type ItemPage = z.output<typeof itemPage>;

const text = (moment: Date | null) => moment?.toISOString() ?? null;

/** Operations as staff see them. */
@Injectable()
export class OperationViews {
  constructor(@Inject(Dependencies) private readonly dependencies: Dependencies) {}

  async list(query: z.output<typeof operationsQuery>): Promise<z.output<typeof operationPage>> {
    const { limit, cursor, ...filter } = query;
    const rows = await listOperations(this.dependencies.db, filter, { limit: limit + 1, after: cursor });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: await this.shown(page),
      nextCursor: last && rows.length > limit ? writeCursor({ sort: '-createdAt', ...last.place }) : null,
    };
  }

  async show(operationId: string): Promise<ShownOperation> {
    const { db } = this.dependencies;
    const row = await findOperation(db, operationId);
    if (!row) throw problem('not-found');
    const [[shown], items] = await Promise.all([this.shown([row]), operationItems(db, operationId)]);
    const planned: Record<string, number> = {};
    for (const { plan } of items) {
      const expected = String(plan['expected']);
      planned[expected] = (planned[expected] ?? 0) + 1;
    }
    return { ...shown!, planned };
  }

  async items(operationId: string, { limit, cursor }: z.output<typeof itemsQuery>): Promise<ItemPage> {
    const { db } = this.dependencies;
    if (!(await findOperation(db, operationId))) throw problem('not-found');
    const rows = await operationItems(db, operationId, { after: cursor ?? -1, limit: limit + 1 });
    const page = rows.slice(0, limit);
    return {
      items: page.map(({ ordinal, target, plan, outcome, detail, tried_at, notice }) => ({
        ...{ ordinal, target, outcome, detail, notice },
        plan: plan as ItemPage['items'][number]['plan'],
        triedAt: text(tried_at),
      })),
      nextCursor: rows.length > limit ? String(page.at(-1)!.ordinal) : null,
    };
  }

  private async shown(rows: readonly OperationRow[]): Promise<ShownOperation[]> {
    const { db } = this.dependencies;
    const ids = rows.map((row) => row.operation_id);
    const [counts, approvals] = await Promise.all([outcomesOfOperations(db, ids), approvalsOf(db, ids)]);
    return rows.map((row) => {
      const own = counts.filter((each) => each.operation_id === row.operation_id);
      return {
        ...{ id: row.operation_id, kind: row.kind, state: row.state },
        ...{ selection: { ...row.selection }, parameters: row.parameters },
        ...{ reason: row.reason, digest: row.digest, items: row.items, requestedBy: row.requested_by },
        outcomes: Object.fromEntries(
          own.flatMap(({ outcome, count }) => (outcome === null ? [] : [[outcome, count]])),
        ),
        untried: own.find(({ outcome }) => outcome === null)?.count ?? 0,
        needsApproval: needsApproval(row.kind),
        approvals: approvals
          .filter((each) => each.operation_id === row.operation_id)
          .map(({ decided_by, decision, comment, digest, decided_at }) => ({
            ...{ decidedBy: decided_by, decision, comment, digest },
            decidedAt: decided_at.toISOString(),
          })),
        createdAt: row.created_at.toISOString(),
        confirmedAt: text(row.confirmed_at),
        startedAt: text(row.started_at),
        endedAt: text(row.ended_at),
      };
    });
  }
}
