import { Injectable } from '@nestjs/common';
import {
  approvalsOf,
  findOperation,
  listOperations,
  operationItems,
  outcomesOfOperations,
  type OperationRow,
} from '#libs/db/operations';
import { needsApproval } from '#libs/domain';
import type { z } from 'zod';
import { OpsDependencies } from '../dependencies.js';
import { opsProblem } from '../problems.js';
import type { itemPage, itemsQuery, operationPage, operationsQuery, ShownOperation } from './schemas.js';

type ItemPage = z.output<typeof itemPage>;

/** Name of the list in its cursors. */
const list = 'operations';

const text = (time: Date | null) => time?.toISOString() ?? null;

/** Operations as the API shows them. */
@Injectable()
export class OperationViews {
  constructor(private readonly dependencies: OpsDependencies) {}

  async list(query: z.output<typeof operationsQuery>): Promise<z.output<typeof operationPage>> {
    const { limit, cursor, ...filter } = query;
    const { db, cursors } = this.dependencies;
    const after = cursor === undefined ? undefined : cursors.open<[string, string]>(list, cursor);
    const rows = await listOperations(db, filter, {
      limit: limit + 1,
      after: after && { time: after[0], id: after[1] },
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: await this.shown(page),
      nextCursor: last && rows.length > limit ? cursors.write(list, [last.place.time, last.place.id]) : null,
    };
  }

  async show(operationId: string): Promise<ShownOperation> {
    const { db } = this.dependencies;
    const row = await findOperation(db, operationId);
    if (!row) throw opsProblem('not-found');
    const [[shown], items] = await Promise.all([this.shown([row]), operationItems(db, operationId)]);
    const planned: Record<string, number> = {};
    for (const { plan } of items) {
      const expected = String(plan['expected']);
      planned[expected] = (planned[expected] ?? 0) + 1;
    }
    return { ...shown!, planned };
  }

  async items(operationId: string, { limit, cursor }: z.output<typeof itemsQuery>): Promise<ItemPage> {
    const { db, cursors } = this.dependencies;
    const operation = await findOperation(db, operationId);
    if (!operation) throw opsProblem('not-found');
    // The digest is part of the cursor: a changed plan has other items under the same numbers.
    const itemsOfPlan = `items ${operationId} ${operation.digest}`;
    const [after] = cursor === undefined ? [-1] : cursors.open<[number]>(itemsOfPlan, cursor);
    const rows = await operationItems(db, operationId, { after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(({ ordinal, target, plan, outcome, detail, tried_at, notice }) => ({
        ...{ ordinal, target, outcome, detail, notice },
        plan: plan as ItemPage['items'][number]['plan'],
        triedAt: text(tried_at),
      })),
      nextCursor: last && rows.length > limit ? cursors.write(itemsOfPlan, [last.ordinal]) : null,
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
        approvedBy:
          approvals.find(
            (each) =>
              each.operation_id === row.operation_id &&
              each.digest === row.digest &&
              each.decision === 'APPROVED',
          )?.decided_by ?? null,
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
