import type { Client } from '@temporalio/client';
import type { OperatorAbandon, OperatorRetry, StepResult } from '#libs/domain';
import { workflowIdOf } from '#libs/domain';
import type { Database } from '#libs/db';
import { until } from './until.js';

/** A member of the bank's staff who looks after parked reissues. */
export class Operator {
  constructor(
    private readonly temporal: Client,
    private readonly name: string,
  ) {}

  /** Takes a parked reissue up again; the same parking twice, by whomever, is once. */
  retry(reissueId: string, parkSequence: number): Promise<StepResult> {
    return this.temporal.workflow
      .getHandle(workflowIdOf(reissueId))
      .executeUpdate<StepResult, [OperatorRetry]>('retry', {
        updateId: `retry/${parkSequence}`,
        args: [{ kind: 'retry', operator: this.name, reason: 'mended', parkSequence }],
      });
  }

  abandon(reissueId: string): Promise<StepResult> {
    return this.temporal.workflow
      .getHandle(workflowIdOf(reissueId))
      .executeUpdate<StepResult, [OperatorAbandon]>('abandon', {
        updateId: 'abandon',
        args: [{ kind: 'abandon', operator: this.name, reason: 'cannot be mended' }],
      });
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
