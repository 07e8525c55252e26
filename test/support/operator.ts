import type { Client } from '@temporalio/client';
import type { OperatorMessage, StepResult } from '#libs/domain';
import { retryUpdateIdOf, workflowIdOf } from '#libs/domain';
import type { Database } from '#libs/db';
import { inAnOperation } from '../world/operations.js';
import { until } from './until.js';

/** A member of the bank's staff who looks after parked reissues: each act in an operation of its own. */
export class Operator {
  constructor(
    private readonly stack: { readonly temporal: Client; readonly db: Database },
    private readonly name: string,
  ) {}

  /** Takes a parked reissue up again; the same parking twice, by whomever, is once. */
  retry(reissueId: string, parkSequence: number): Promise<StepResult> {
    const message = { kind: 'retry', operator: this.name, reason: 'mended', parkSequence } as const;
    return this.tell(reissueId, retryUpdateIdOf(parkSequence), message);
  }

  abandon(reissueId: string): Promise<StepResult> {
    const message = { kind: 'abandon', operator: this.name, reason: 'cannot be mended' } as const;
    return this.tell(reissueId, 'abandon', message);
  }

  private async tell(reissueId: string, updateId: string, message: OperatorMessage): Promise<StepResult> {
    const { temporal, db } = this.stack;
    const said = await inAnOperation(db, reissueId, message, new Date());
    return temporal.workflow
      .getHandle(workflowIdOf(reissueId))
      .executeUpdate<StepResult, [OperatorMessage]>(message.kind, { updateId, args: [said] });
  }
}

/** Waits until a reissue is parked for the n-th time. */
export function parked(db: Database, reissueId: string, sequence: number, timeoutMs: number) {
  return until(
    `${reissueId} to be parked`,
    async () => {
      const row = await db
        .selectFrom('reissue')
        .select(['parked_step', 'parked_code', 'park_sequence'])
        .where('reissue_id', '=', reissueId)
        .executeTakeFirst();
      return row?.parked_step && row.park_sequence === sequence ? row : undefined;
    },
    { timeoutMs, pauseMs: 250 },
  );
}
