import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createOperationActivities } from '#activities/operations';
import { operationWorkflowIdOf, taskQueues, proofNonceOf } from '#libs/domain';
import { sql } from 'kysely';
import { pino } from 'pino';
import { newIdempotencyKey } from '../support/gateway.js';
import { until } from '../support/until.js';
import { Applicant } from '../world/applicant.js';
import { enrolCertificates } from '../world/enrolled-certificates.js';
import { second } from '../world/movable-clock.js';
import { createRunningOperation } from '../world/operations.js';
import { operator, OpsWorld } from '../world/ops-world.js';
import { stranger } from '../world/people.js';
import { perform } from '../world/perform.js';
import { auditOf, expectSoundRecords, inForce } from '../world/records.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => void (stage = await Stage.create()));
afterEach(() => stage.restore());
afterAll(() => stage.close());

const rightCodes = { PHONE_CODE: undefined, ONE_WON: undefined };

async function parked(): Promise<Applicant> {
  stage.restore();
  const applicant = await stage.arrive('IDENTITY_REQUIRED');
  const answer = await applicant.answerChallenges(rightCodes);
  stage.world.outside.telecom.fault = 'down';
  expect((await stage.sendAndSkip(applicant, answer, 90 * second)).status).toBe('PARKED');
  return applicant;
}

/** Parked reissues whose codes could not be sent, with workflows that continue from their rows. */
async function manyParked(count: number): Promise<Applicant[]> {
  const { world } = stage;
  await stage.setClock();
  world.outside.telecom.fault = 'down';
  const applicants: Applicant[] = [];
  while (applicants.length < count) {
    const those = Array.from({ length: Math.min(10, count - applicants.length) }, async () => {
      const applicant = await Applicant.of(world, stranger(world));
      const { status } = await perform(world, applicant.reissueId, applicant.start());
      expect(status).toBe('PARKED');
      await stage.resume(applicant);
      return applicant;
    });
    applicants.push(...(await Promise.all(those)));
  }
  stage.restore();
  return applicants;
}

/** Makes the worker carry out operations with its own database role. */
function serveOperations(issuer = 'http://issuer.invalid'): void {
  const activities = createOperationActivities({
    db: stage.world.as('worker'),
    clock: stage.world.clock.now,
    temporal: stage.time.client,
    logger: pino({ level: 'silent' }),
    staffIssuer: { issuer, audience: 'reseal-console', rolesClaim: 'roles' },
  });
  stage.substitute('beginOperation', activities.beginOperation);
  stage.substitute('runOperationItems', activities.runOperationItems);
}

/** Starts the workflow of an operation. */
async function carryOut(operationId: string): Promise<void> {
  serveOperations();
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
  it('An operation retries each parked reissue once, and records each outcome', async () => {
    const [one, two] = [await parked(), await parked()];
    stage.restore();
    const elsewhere = await stage.arrive('PASSWORD_REQUIRED');
    const targets = [one, two, elsewhere].map(({ reissueId }) => ({ target: reissueId, parkSequence: 1 }));
    const at = stage.world.clock.now();
    const [first, second] = [
      await createRunningOperation(stage.world.owner, { kind: 'retry', targets, at }),
      await createRunningOperation(stage.world.owner, {
        kind: 'retry',
        targets,
        at,
        requestedBy: 'staff:oscar',
      }),
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

  it('Two operations on one parking retry it once, and both record its outcome', async () => {
    const applicant = await parked(); // and the provider is still down
    const given = {
      kind: 'retry',
      targets: [{ target: applicant.reissueId, parkSequence: 1 }],
      at: stage.world.clock.now(),
    } as const;
    const first = await createRunningOperation(stage.world.owner, given);
    const second = await createRunningOperation(stage.world.owner, { ...given, requestedBy: 'staff:oscar' });
    const running = carryOut(first);
    await until('the retry is under way', async () =>
      (await auditOf(applicant)).some(({ action }) => action === 'retry'),
    );
    const between = carryOut(second);
    stage.world.outside.telecom.fault = undefined;
    await Promise.all([running, between, stage.skip(90_000)]);
    for (const operationId of [first, second])
      expect(await outcomesOf(operationId)).toEqual({ [applicant.reissueId]: 'RETRIED' });
    expect((await auditOf(applicant)).filter(({ action }) => action === 'retry')).toHaveLength(1);
    expect((await applicant.row()).state).toBe('PASSWORD_REQUIRED');
    await expectSoundRecords(applicant);
  });

  it('An operation on 500 certificates changes each once, and records each outcome', async () => {
    const { owner, clock } = stage.world;
    const serials = await enrolCertificates(owner, 500);
    const [already] = serials as [string];
    await owner
      .updateTable('certificate')
      .set({ hold_at: clock.now() })
      .where('serial', '=', already)
      .execute();
    const targets = serials.map((target) => ({ target }));
    const operationId = await createRunningOperation(owner, { kind: 'hold', targets, at: clock.now() });
    await carryOut(operationId);
    await carryOut(operationId); // as reconciliation does after a lost workflow
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

  // More than are read and listed at once.
  it('Two operations on 250 filtered reissues retry each once', async () => {
    const applicants = await manyParked(250);
    const ids = applicants.map(({ reissueId }) => reissueId).sort();
    const sentBefore = stage.world.outside.telecom.sends.length;
    const ops = await OpsWorld.on(stage.world, stage.time.environment);
    serveOperations(ops.issuer.url);
    const selection = { filter: { parked: true, step: ['SEND_CHALLENGES'] } };
    const plan = (as: object, selected: object = selection) => {
      const body = { kind: 'retry', selection: selected, reason: 'the provider is back' };
      return ops.call('POST', '/v1/operations', as, {
        body,
        headers: { 'idempotency-key': newIdempotencyKey() },
      });
    };
    const itemsOf = async (id: string) => {
      const items: { target: string; outcome: string; detail: string }[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const query: string = `limit=200${cursor && `&cursor=${cursor}`}`;
        const { json } = await ops.get(`/v1/operations/${id}/items?${query}`);
        items.push(...json.items);
        cursor = json.nextCursor;
      }
      return items;
    };
    try {
      const colleague = { ...operator, sub: 'oscar' };
      const some = ids.slice(0, 50);
      const asked = [
        { as: operator, plan: (await plan(operator)).json, of: ids },
        { as: colleague, plan: (await plan(colleague, { reissueIds: some })).json, of: some },
      ];
      for (const { plan, of } of asked)
        expect(plan).toMatchObject({ items: of.length, planned: { RETRIED: of.length } });
      const confirmations = asked.map(async ({ as, plan: { id, digest } }) => {
        const proof = await ops.issuer.proof(as, proofNonceOf('confirm', digest));
        return ops.call('POST', `/v1/operations/${id}/confirm`, as, { body: { digest, proof } });
      });
      for (const { json } of await Promise.all(confirmations)) expect(json.state).toBe('RUNNING');
      for (const { plan, of } of asked) {
        const done = await until(
          'the batch to be done',
          async () => {
            const { json } = await ops.get(`/v1/operations/${plan.id}`);
            return json.state === 'DONE' && json;
          },
          { timeoutMs: 200_000, pauseMs: 500 },
        );
        expect(done).toMatchObject({ outcomes: { RETRIED: of.length }, untried: 0 });
        const items = await itemsOf(plan.id);
        expect(items.map(({ target }) => target).sort()).toEqual(of);
        expect(new Set(items.map(({ outcome }) => outcome))).toEqual(new Set(['RETRIED']));
      }
      // Each reissue was resumed once, its codes were sent once, and its audit trail names an operation.
      const resumed = await stage.world.owner
        .selectFrom('audit_entry')
        .select(['reissue_id', 'actor'])
        .where('action', '=', 'retry')
        .where('reissue_id', 'in', ids)
        .execute();
      expect(resumed.map(({ reissue_id: id }) => id).sort()).toEqual(ids);
      expect(stage.world.outside.telecom.sends.length - sentBefore).toBe(250);
      for (const applicant of applicants.slice(0, 3)) await expectSoundRecords(applicant);
      // No reissue is parked now: a filter finds nothing, and named reissues are not retried again.
      expect((await plan(operator)).problem).toBe('nothing-selected');
      const at = stage.world.clock.now();
      const targets = ids.slice(0, 5).map((target) => ({ target, parkSequence: 1 }));
      const again = await createRunningOperation(stage.world.owner, { kind: 'retry', targets, at });
      await carryOut(again);
      expect(stage.world.outside.telecom.sends.length - sentBefore).toBe(250);
    } finally {
      await ops.close();
    }
  }, 300_000);

  it('An issued reissue is withdrawn only with a second person’s approval, and the old certificate stays', async () => {
    const applicant = await stage.arrive('ISSUED');
    const old = await inForce(stage.world, applicant.person.customerId);
    const targets = [{ target: applicant.reissueId }];
    const given = { kind: 'withdraw', targets, at: stage.world.clock.now() } as const;
    const unapproved = await createRunningOperation(stage.world.owner, { ...given, approvedBy: null });
    const message = { kind: 'withdraw', operator: 'staff:olivia', reason: 'asked for' } as const;
    const ofAnother = await createRunningOperation(stage.world.owner, {
      ...given,
      targets: [{ target: `ri_${'0'.repeat(32)}` }],
    });
    const ofAnotherKind = await createRunningOperation(stage.world.owner, { ...given, kind: 'abandon' });
    const over = await createRunningOperation(stage.world.owner, given);
    await sql`update operation set state = 'DONE' where operation_id = ${over}`.execute(stage.world.owner);
    const hostile = [unapproved, `op_${'0'.repeat(32)}`, ofAnother, ofAnotherKind, over];
    for (const operationId of hostile)
      expect(
        await stage.sendMessage(applicant, { ...message, operator: operationId, operationId }),
      ).toMatchObject({
        status: 'REFUSED',
        code: 'OPERATION_REQUIRED',
      });
    expect((await auditOf(applicant)).slice(-5)).toMatchObject([
      { action: 'withdraw', outcome: 'REFUSED', reason: 'OPERATION_NOT_APPROVED' },
      { action: 'withdraw', outcome: 'REFUSED', reason: 'OPERATION_UNKNOWN' },
      { action: 'withdraw', outcome: 'REFUSED', reason: 'NOT_IN_OPERATION' },
      { action: 'withdraw', outcome: 'REFUSED', reason: 'NOT_IN_OPERATION' },
      { action: 'withdraw', outcome: 'REFUSED', reason: 'OPERATION_NOT_RUNNING' },
    ]);
    const operationId = await createRunningOperation(stage.world.owner, given);
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
