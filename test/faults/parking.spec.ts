import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { EvidenceVerdict } from '#libs/audit-proofs';
import type { ParkableStep } from '#libs/domain';
import { sql } from 'kysely';
import { oldSerialOf, recordedStatusOf } from '../support/certificates.js';
import type { Customer } from '../support/customer.js';
import { expectCompletedOnce, continueReissue, ordinaryPath } from '../support/crowd.js';
import { newIdempotencyKey } from '../support/gateway.js';
import { expectSuccess, send, type Answer } from '../support/http.js';
import { untilParked } from '../support/until-parked.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl } from '../support/stack-control.js';
import { StaffMember, type Operation } from '../support/staff.js';
import { until } from '../support/until.js';
import { untilWorkflowCompleted } from '../support/workflows.js';

jest.setTimeout(200_000);
const stack = connectToStack();
const control = new StackControl();
const [olivia, oscar, april, sam, audrey] = (['olivia', 'oscar', 'april', 'sam', 'audrey'] as const).map(
  (name) => new StaffMember(stack, name),
) as [StaffMember, StaffMember, StaffMember, StaffMember, StaffMember];
const impatient = { patienceMs: 0 };
const idempotencyKey = newIdempotencyKey();

/** Customers whose certificate the signer does not issue, by the outcome of their reissue. */
let waiting: Record<'retried' | 'retriedByTwo' | 'withdrawn' | 'cancelled' | 'abandoned', Customer>;
const began = new Date().toISOString();
let answers: Record<keyof typeof waiting, Answer>;
/** Customers whose codes a provider does not send, or does not compare. */
let unsent: Customer;
let uncompared: Customer;
let unsentAnswer: Answer;
let uncomparedAnswer: Answer;
/** A customer whose consents the database refuses. */
let unrecorded: Customer;

// The waits run at the same time, because they are long: two minutes for the signer, one for a provider.
beforeAll(async () => {
  const people = await stack.sandbox.makePeople(8, 'VALID');
  const crowd = await Promise.all(people.map((person) => stack.customerFor(person)));
  const names = ['retried', 'retriedByTwo', 'withdrawn', 'cancelled', 'abandoned'] as const;
  waiting = Object.fromEntries(names.map((name, nth) => [name, crowd[nth]!])) as typeof waiting;
  [unsent, uncompared, unrecorded] = crowd.slice(names.length) as [Customer, Customer, Customer];
  await Promise.all(Object.values(waiting).map((customer) => continueReissue(customer, 4)));
  await Promise.all([continueReissue(uncompared, 1), continueReissue(unrecorded, 3)]);
  const codes = await uncompared.readCodes();
  await control.stop('signer');
  for (const provider of ['telecom', 'telecom-2', 'one-won'] as const)
    await stack.sandbox.setFault(provider, { mode: 'down' });
  const calls = Object.entries(waiting).map(async ([name, customer]) => [
    name,
    await customer.requestCertificate(undefined, impatient),
  ]);
  [unsentAnswer, uncomparedAnswer] = await Promise.all([
    unsent.start({}, { idempotencyKey, ...impatient }),
    uncompared.verify(codes, impatient),
  ]);
  answers = Object.fromEntries(await Promise.all(calls)) as typeof answers;
});
afterAll(async () => {
  await takeConsents();
  await control.restore(stack);
  await stack.close();
});
/** Adds a constraint that one reissue violates, as a mistake in a migration could. */
const refuseConsentsOf = ({ reissueId }: Customer) =>
  sql`alter table consent add constraint refused check (reissue_id <> ${sql.lit(reissueId)}) not valid`.execute(
    stack.db,
  );
const takeConsents = () => sql`alter table consent drop constraint if exists refused`.execute(stack.db);
const selectionOf = (...customers: readonly Customer[]) => ({
  reissueIds: customers.map(({ reissueId }) => reissueId),
});
/** The customers parked at a step since the start of this file, from all pages of the operators' list. */
const listed = async (step: ParkableStep) => {
  const query = `parked=true&step=${step}&createdFrom=${began}&sort=parkedSince&limit=2`;
  const found = await audrey.listAll<{ id: string }>(`/v1/reissues?${query}`);
  return found.map(({ id }) => id).sort();
};
const actionOf = ({ reissue }: Customer) => reissue?.next.action;

describe('while the signer is down', () => {
  it('A request is accepted while the signer is down, and the reissue waits', () => {
    for (const [name, customer] of Object.entries(waiting)) {
      expect(answers[name as keyof typeof waiting].status).toBe(202);
      expect(customer.reissue).toMatchObject({ state: 'ISSUING', next: { action: 'WAIT' } });
    }
  });

  it('Steps without a signer go on while the signer is down', async () => {
    await stack.gateway.keys();
    expectSuccess(await waiting.retried.fetchReissue());
  });
});

describe('while a step cannot be recorded', () => {
  it('A reissue without a signer parks within seconds, parks again on retry, and completes once the signer works', async () => {
    await refuseConsentsOf(unrecorded);
    const answer = await unrecorded.giveConsents(undefined, impatient);
    expect(answer.status).toBe(202);
    const selection = selectionOf(unrecorded);
    const row = await untilParked(stack.db, unrecorded.reissueId, 1, 30_000);
    expect(row).toMatchObject({ parked_step: 'RECORD_STEP', parked_code: 'STEP_FAILED' });
    expect(await listed('RECORD_STEP')).toEqual([unrecorded.reissueId]);
    const inVain = await olivia.planAndConfirm({ kind: 'retry', selection });
    expect((await olivia.untilDone(inVain)).outcomes).toEqual({ PARKED_AGAIN: 1 });
    await untilParked(stack.db, unrecorded.reissueId, 2, 1_000);
    await takeConsents();
    const asked = await olivia.planAndConfirm({ kind: 'retry', selection });
    expect((await olivia.untilDone(asked)).outcomes).toEqual({ RETRIED: 1 });
    expect(expectSuccess(await send(answer.call))).toMatchObject({ state: 'KEY_REQUIRED' });
  });
});

describe('while a provider is down', () => {
  it('While a provider is down calls are accepted, and after a minute their reissues park', async () => {
    expect([unsentAnswer.status, uncomparedAnswer.status]).toEqual([202, 202]);
    for (const [customer, step] of [
      [unsent, 'SEND_CHALLENGES'],
      [uncompared, 'VERIFY_CHALLENGES'],
    ] as const) {
      expect(await untilParked(stack.db, customer.reissueId, 1, 90_000)).toMatchObject({ parked_step: step });
      const reissue = expectSuccess(await customer.fetchReissue());
      expect(reissue).toMatchObject({ state: 'IDENTITY_REQUIRED', next: { action: 'NEEDS_OPERATOR' } });
      expect(reissue.deadline).toBeNull();
    }
  });

  it('A parked reissue answers at once: 202 to the same call, a problem to another', async () => {
    const since = performance.now();
    const same = await send(uncomparedAnswer.call, impatient);
    expect(same.status).toBe(202);
    expectProblem(await uncompared.requestChallenges(['PHONE_CODE'], impatient), 'parked');
    expect(performance.now() - since).toBeLessThan(3_000);
  });

  it('Operators find parked reissues by step, with the provider and the possible acts', async () => {
    expect(await listed('SEND_CHALLENGES')).toEqual([unsent.reissueId]);
    expect(await listed('VERIFY_CHALLENGES')).toEqual([uncompared.reissueId]);
    for (const { reissueId } of [unsent, uncompared])
      expect(expectSuccess(await olivia.get(`/v1/reissues/${reissueId}`))).toMatchObject({
        waitingFor: { who: 'operator' },
        possible: ['retry', 'abandon'],
      });
  });

  it('A plan of an operation lists the expected outcomes and changes nothing', async () => {
    const selection = selectionOf(unsent, uncompared);
    const plan = expectSuccess(await olivia.plan({ kind: 'retry', selection }));
    expect(plan).toMatchObject({ state: 'PLANNED', items: 2, planned: { RETRIED: 2 }, needsApproval: false });
    expectSuccess(await olivia.call('POST', `/v1/operations/${plan.id}/cancel`, {}));
    expect((await olivia.operation(plan.id)).state).toBe('CANCELLED');
    for (const customer of [unsent, uncompared]) {
      await customer.fetchReissue();
      expect(actionOf(customer)).toBe('NEEDS_OPERATOR');
    }
  });

  it('A retry by an operator needs nothing from the customer and sends no code twice', async () => {
    await stack.sandbox.clearFaults();
    const asked = await olivia.planAndConfirm({ kind: 'retry', selection: selectionOf(unsent, uncompared) });
    expect(await olivia.untilDone(asked)).toMatchObject({ outcomes: { RETRIED: 2 }, untried: 0 });
    expect(await stack.sandbox.phoneCodes(unsent.person)).toHaveLength(1);
    expect(await stack.sandbox.deposits(unsent.person.account.number)).toHaveLength(1);
    expect(expectSuccess(await uncompared.fetchReissue()).state).toBe('PASSWORD_REQUIRED');
    // Repetitions of the calls that got no answer are answered now.
    expect(expectSuccess(await unsent.start({}, { idempotencyKey })).challenges).toHaveLength(2);
    const verified = await send<{ results: { accepted: boolean }[] }>(uncomparedAnswer.call);
    expect(expectSuccess(verified).results.map(({ accepted }) => accepted)).toEqual([true, true]);
  });
});

describe('when the signer has been down for two minutes', () => {
  it('Reissues park after two minutes without a signer, and the customers see that an operator handles them', async () => {
    for (const customer of Object.values(waiting)) {
      const row = await untilParked(stack.db, customer.reissueId, 1, 150_000);
      expect(row).toMatchObject({ parked_step: 'ISSUE_CERTIFICATE', parked_code: 'OUTCOME_UNKNOWN' });
      expect(expectSuccess(await customer.fetchReissue())).toMatchObject({
        state: 'ISSUING',
        deadline: null,
      });
      expect(actionOf(customer)).toBe('NEEDS_OPERATOR');
    }
  });

  it('Parked reissues are found by a search attribute', async () => {
    const ids = new Set(Object.values(waiting).map(({ reissueId }) => `reissue/${reissueId}`));
    await until('the parked ones to be listed', async () => {
      const found = new Set<string>();
      const query = 'ReissueParked = true AND ExecutionStatus = "Running"';
      for await (const { workflowId } of stack.temporal.workflow.list({ query })) found.add(workflowId);
      return [...ids].every((id) => found.has(id));
    });
  });

  it('A plan asks the signer again if it is unknown whether it signed', async () => {
    const { retried } = waiting;
    const plan = expectSuccess(await olivia.plan({ kind: 'retry', selection: selectionOf(retried) }));
    const [item] = await olivia.itemsOf(plan);
    expect(item!.plan.finding).toMatch(/SIGNED|SIGNING_UNKNOWN/);
  });

  it('A parked reissue can be cancelled by the customer and abandoned by staff, and the old certificate stays', async () => {
    const { cancelled, abandoned } = waiting;
    expect(expectSuccess(await cancelled.cancel()).state).toBe('CANCELLED');
    const selection = selectionOf(abandoned);
    const asked = await oscar.planAndConfirm({ kind: 'abandon', selection, reason: 'the customer gave up' });
    expect((await oscar.untilDone(asked)).outcomes).toEqual({ ABANDONED: 1 });
    expect(expectSuccess(await abandoned.fetchReissue()).state).toBe('ABANDONED');
    for (const { reissueId, person } of [cancelled, abandoned]) {
      await untilWorkflowCompleted(stack.temporal, reissueId);
      expect(await recordedStatusOf(stack.db, oldSerialOf(person))).toBe('IN_FORCE');
    }
  });

  it('Two concurrent retries by operators are one', async () => {
    await control.start('signer');
    const asked = { kind: 'retry', selection: selectionOf(waiting.retriedByTwo) } as const;
    const plans = await Promise.all([olivia.plan(asked), oscar.plan(asked)]);
    const [first, second] = plans.map(expectSuccess) as [Operation, Operation];
    for (const confirmed of await Promise.all([olivia.confirm(first), oscar.confirm(second)]))
      expectSuccess(confirmed);
    await Promise.all([olivia.untilDone(first), oscar.untilDone(second)]);
    const resumed = await stack.db
      .selectFrom('audit_entry')
      .select('actor')
      .where('reissue_id', '=', waiting.retriedByTwo.reissueId)
      .where('outcome', '=', 'RESUMED')
      .execute();
    expect(resumed).toHaveLength(1);
    expect(expectSuccess(await waiting.retriedByTwo.fetchReissue()).state).toBe('ISSUED');
    const again = expectSuccess(await olivia.plan(asked));
    expect(again.planned).toEqual({ NOT_PARKED: 1 });
  });

  it('A retry of all waiting reissues completes them without the customers', async () => {
    const { retried, withdrawn } = waiting;
    const those = [retried.reissueId, withdrawn.reissueId].sort();
    expect(await listed('ISSUE_CERTIFICATE')).toEqual(those);
    const filter = { parked: true, step: ['ISSUE_CERTIFICATE'], createdFrom: began } as const;
    const asked = await olivia.planAndConfirm({ kind: 'retry', selection: { filter } });
    expect((await olivia.itemsOf(asked)).map(({ target }) => target).sort()).toEqual(those);
    expect(await olivia.untilDone(asked)).toMatchObject({ outcomes: { RETRIED: 2 }, untried: 0 });
    const reissue = expectSuccess(await retried.fetchReissue());
    expect(reissue).toMatchObject({ state: 'ISSUED', next: { action: 'REGISTER' } });
    const same = await send(answers.retried.call);
    expect(same).toMatchObject({ status: 200, body: { state: 'ISSUED' } });
  });

  it('An issued certificate is withdrawn only after a second person approved it', async () => {
    const { withdrawn } = waiting;
    const { serial } = expectSuccess(await withdrawn.fetchReissue()).certificate!;
    const selection = selectionOf(withdrawn);
    const asked = await sam.planAndConfirm({ kind: 'withdraw', selection, reason: 'wrong branch' });
    expect(asked).toMatchObject({ state: 'AWAITING_APPROVAL', needsApproval: true });
    expect(await sam.approve(asked)).toMatchObject({
      status: 403,
      body: { type: 'urn:reseal:problem:not-your-own' },
    });
    expect(await recordedStatusOf(stack.db, serial)).toBe('NOT_REGISTERED');
    expectSuccess(await april.approve(asked));
    expect((await april.untilDone(asked)).outcomes).toEqual({ WITHDRAWN: 1 });
    expect(expectSuccess(await withdrawn.fetchReissue()).state).toBe('WITHDRAWN');
    expect(await recordedStatusOf(stack.db, serial)).toMatch(/^REVOKED/);
    expect(await recordedStatusOf(stack.db, oldSerialOf(withdrawn.person))).toBe('IN_FORCE');
  });

  it('All parked reissues are registered in the end, with every step done once', async () => {
    const crowd = [waiting.retried, waiting.retriedByTwo, unsent, uncompared, unrecorded];
    await Promise.all(crowd.map((customer) => customer.fetchReissue()));
    await Promise.all(crowd.map((customer) => continueReissue(customer, ordinaryPath.length)));
    for (const { reissueId } of crowd) await untilWorkflowCompleted(stack.temporal, reissueId);
    await expectCompletedOnce(stack, crowd);
  });
});

describe('what is left of it all', () => {
  it('The evidence of a parked reissue names who acted, and why', async () => {
    const path = `/v1/reissues/${waiting.retried.reissueId}/evidence`;
    const bundle = await until('the evidence', async () => {
      const answer = await audrey.get<{ entries: { entry: { actor: string; reason: string | null } }[] }>(
        path,
      );
      return answer.status === 200 && answer.body;
    });
    const acted = bundle.entries.filter(({ entry }) => entry.actor === 'staff:olivia');
    expect(acted.map(({ entry }) => entry.reason)).toContain('mended, as agreed on the phone');
    const verdict = expectSuccess(await audrey.call<EvidenceVerdict>('POST', '/v1/evidence/verify', bundle));
    expect(verdict).toMatchObject({ valid: true, findings: [] });
  });

  it('The timeline of a parked reissue shows the parking and the retry', async () => {
    const { items } = expectSuccess(
      await audrey.get<{ items: { actor: string; outcome: string | null }[] }>(
        `/v1/reissues/${waiting.retried.reissueId}/timeline`,
      ),
    );
    expect(items.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['PARKED', 'RESUMED']));
    expect(items.some(({ actor }) => actor === 'staff:olivia')).toBe(true);
  });
});
