import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createOperationActivities } from '#activities/operations';
import { operationWorkflowIdOf, taskQueues } from '#libs/domain';
import { sql } from 'kysely';
import { pino } from 'pino';
import type { Applicant } from '../world/applicant.js';
import { enrolCertificates } from '../world/enrolled-certificates.js';
import { second } from '../world/movable-clock.js';
import { begunOperation } from '../world/operations.js';
import { auditOf, expectSoundRecords, inForce } from '../world/records.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => void (stage = await Stage.set()));
afterEach(() => stage.mend());
afterAll(() => stage.clear());

const rightCodes = { PHONE_CODE: undefined, ONE_WON: undefined };

async function parked(): Promise<Applicant> {
  stage.mend();
  const applicant = await stage.arrive('IDENTITY_REQUIRED');
  const answer = await applicant.answerChallenges(rightCodes);
  stage.world.outside.telecom.fault = 'down';
  expect((await stage.tellAndSkip(applicant, answer, 90 * second)).status).toBe('PARKED');
  return applicant;
}

/** Starts the workflow of an operation, with the worker's own rights in the database. */
async function carryOut(operationId: string): Promise<void> {
  const activities = createOperationActivities({
    db: stage.world.as('worker'),
    clock: stage.world.clock.now,
    temporal: stage.time.client,
    logger: pino({ level: 'silent' }),
  });
  stage.substitute('runOperationItems', activities.runOperationItems);
  await stage.time.client.workflow.execute('runOperation', {
    workflowId: operationWorkflowIdOf(operationId),
    taskQueue: taskQueues.reissue,
    args: [{ operationId }],
  });
}

const outcomesOf = async (operationId: string) =>
  Object.fromEntries(
    (
      await stage.world.owner
        .selectFrom('operation_item')
        .select(['target', 'outcome'])
        .where('operation_id', '=', operationId)
        .execute()
    ).map(({ target, outcome }) => [target, outcome]),
  );

describe('an operation on reissues', () => {
  it('retries those that are parked, once, and says what became of each', async () => {
    const [one, two] = [await parked(), await parked()];
    stage.mend();
    const elsewhere = await stage.arrive('PASSWORD_REQUIRED');
    const targets = [one, two, elsewhere].map(({ reissueId }) => ({ target: reissueId, parkSequence: 1 }));
    const at = stage.world.clock.now();
    const [first, second] = [
      await begunOperation(stage.world.owner, { kind: 'retry', targets, at }),
      await begunOperation(stage.world.owner, { kind: 'retry', targets, at, requestedBy: 'staff:oscar' }),
    ];
    await Promise.all([carryOut(first), carryOut(second)]);
    for (const operationId of [first, second])
      expect(await outcomesOf(operationId)).toEqual({
        [one.reissueId]: 'RETRIED',
        [two.reissueId]: 'RETRIED',
        [elsewhere.reissueId]: 'NOT_PARKED',
      });
    for (const applicant of [one, two]) {
      expect((await applicant.row()).state).toBe('PASSWORD_REQUIRED');
      const retries = (await auditOf(applicant)).filter(({ action }) => action === 'retry');
      expect(retries).toHaveLength(1);
      await expectSoundRecords(applicant);
    }
  });

  it('carries out a batch of 500, each once, with what became of each', async () => {
    const { owner, clock } = stage.world;
    const serials = await enrolCertificates(owner, 500);
    const [already] = serials as [string];
    await owner
      .updateTable('certificate')
      .set({ hold_at: clock.now() })
      .where('serial', '=', already)
      .execute();
    const targets = serials.map((target) => ({ target }));
    const operationId = await begunOperation(owner, { kind: 'hold', targets, at: clock.now() });
    await carryOut(operationId);
    await carryOut(operationId); // as reconciliation would, had it lost sight of the first run
    expect(await outcomesOf(operationId)).toEqual(
      Object.fromEntries(serials.map((serial) => [serial, serial === already ? 'ALREADY_ON_HOLD' : 'HELD'])),
    );
    const entries = await owner
      .selectFrom('authority_entry')
      .select(sql<string>`details ->> 'serial'`.as('serial'))
      .where('action', '=', 'certificate.hold')
      .where('outcome', '=', 'DONE')
      .execute();
    expect(entries.map(({ serial }) => serial).sort()).toEqual(
      serials.filter((each) => each !== already).sort(),
    );
  });

  it('withdraws an issued one only with the approval of another, and the old certificate stays', async () => {
    const applicant = await stage.arrive('ISSUED');
    const old = await inForce(stage.world, applicant.person.customerId);
    const targets = [{ target: applicant.reissueId }];
    const given = { kind: 'withdraw', targets, at: stage.world.clock.now() } as const;
    const unapproved = await begunOperation(stage.world.owner, { ...given, approvedBy: null });
    const message = { kind: 'withdraw', operator: 'staff:olivia', reason: 'asked for' } as const;
    for (const operationId of [unapproved, `op_${'0'.repeat(32)}`])
      expect(await stage.tell(applicant, { ...message, operator: operationId, operationId })).toMatchObject({
        status: 'REFUSED',
        code: 'OPERATION_REQUIRED',
      });
    expect((await auditOf(applicant)).slice(-2)).toMatchObject([
      { action: 'withdraw', outcome: 'REFUSED', reason: 'OPERATION_NOT_APPROVED' },
      { action: 'withdraw', outcome: 'REFUSED', reason: 'OPERATION_UNKNOWN' },
    ]);
    const operationId = await begunOperation(stage.world.owner, given);
    await carryOut(operationId);
    expect(await outcomesOf(operationId)).toEqual({ [applicant.reissueId]: 'WITHDRAWN' });
    expect(await applicant.row()).toMatchObject({ state: 'WITHDRAWN', end_code: 'WITHDRAWN_BY_OPERATOR' });
    expect((await auditOf(applicant)).find(({ outcome }) => outcome === 'WITHDRAWN')).toMatchObject({
      actor: 'staff:olivia',
      details: { operationId, approvedBy: 'staff:april' },
    });
    expect(await inForce(stage.world, applicant.person.customerId)).toEqual(old);
    await expectSoundRecords(applicant);
  });
});
