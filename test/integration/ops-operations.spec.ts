import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createNotificationActivities, type Mail, type Sms } from '#activities/notification';
import { createOperationActivities, fetchStaffKeys, reconcileOperations } from '#activities/operations';
import { changeOne, type ChangeOptions, type StatusChange } from '#activities/revocation';
import { sampleBank } from '#libs/config';
import { createDatabase, inTransaction, type Database } from '#libs/db';
import { blockReissues, blocksOf } from '#libs/db/customers';
import { proofNonceOf } from '#libs/domain';
import { ProviderUnavailable } from '#libs/provider-client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import { pino } from 'pino';
import { insertBareReissue } from '../world/bare-reissue.js';
import { enrolCertificates } from '../world/enrolled-certificates.js';
import { approver, auditor, operator, OpsWorld } from '../world/ops-world.js';
import { asSpec } from '../world/test-database.js';

const both = { sub: 'sam', name: 'Sam', roles: ['operator', 'approver'] } as const;
const colleague = { sub: 'oscar', name: 'Oscar', roles: ['operator'] } as const;

let world: OpsWorld;
let worker: Database;
beforeAll(async () => {
  world = await OpsWorld.create();
  worker = createDatabase({ url: world.database.urlOf('worker'), ...asSpec });
});
afterAll(async () => {
  await worker.destroy();
  await world.close();
});

const newKey = () => randomBytes(16).toString('hex');
const plan = (body: object, as: object = operator, key = newKey()) =>
  world.call('POST', '/v1/operations', as, { body, headers: { 'idempotency-key': key } });
/** Confirms or approves with a valid proof, unless the body has another proof. */
const act = async (
  id: string,
  name: string,
  as: object,
  body: { digest?: string; comment?: string; proof?: string } = {},
) => {
  const { digest = '' } = body;
  const proof =
    name === 'confirm' || name === 'approve'
      ? { proof: await world.issuer.proof(as, proofNonceOf(name, digest)) }
      : {};
  return world.call('POST', `/v1/operations/${id}/${name}`, as, { body: { ...proof, ...body } });
};

const revocation = (serials: readonly string[]) => ({
  kind: 'revoke',
  selection: { serials },
  parameters: { revocationReason: 'keyCompromise' },
  reason: 'found in a dump',
});

/** An operation on certificates that its requester has confirmed. */
async function waiting(serials: readonly string[], as: object = operator) {
  const { json } = await plan(revocation(serials), as);
  expect((await act(json.id, 'confirm', as, { digest: json.digest })).json.state).toBe('AWAITING_APPROVAL');
  return json as { id: string; digest: string };
}

/** Runs the operation as its workflow does. */
async function run(operationId: string): Promise<void> {
  const temporal = { workflow: undefined as never };
  const logger = pino({ level: 'silent' });
  const staffIssuer = { issuer: world.issuer.url, audience: 'reseal-console', rolesClaim: 'roles' };
  const clock = () => new Date();
  const activities = createOperationActivities({ db: worker, clock, temporal, logger, staffIssuer });
  const inActivity = <T>(work: () => Promise<T>) =>
    new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);
  if (!(await inActivity(() => activities.beginOperation(operationId)))) return;
  while ((await inActivity(() => activities.runOperationItems(operationId))).more);
  await inActivity(() => activities.endOperation(operationId));
}

const learn = () =>
  fetchStaffKeys({
    ...{ db: worker, clock: () => new Date() },
    staffIssuer: { issuer: world.issuer.url, audience: 'reseal-console', rolesClaim: 'roles' },
  });

const shown = async (id: string) => (await world.get(`/v1/operations/${id}`, auditor)).json;
const revoked = async (serials: readonly string[]) =>
  (
    await world.owner
      .selectFrom('certificate')
      .select('serial')
      .where('serial', 'in', serials)
      .where('revoked_at', 'is not', null)
      .execute()
  ).length;
/** The entries of an operation. Entries that differ only in their item are counted once. */
async function entriesOf(operationId: string) {
  const rows = await world.owner
    .selectFrom('authority_entry')
    .select(['actor', 'action', 'outcome', 'reason'])
    .where(sql`details ->> 'operationId'`, '=', operationId)
    .orderBy('position')
    .execute();
  return rows.filter((row, place) => JSON.stringify(row) !== JSON.stringify(rows[place - 1]));
}

describe('planning', () => {
  it('A plan lists exactly the items with their expected outcomes, and changes nothing', async () => {
    const [valid] = await enrolCertificates(world.owner, 1);
    const [gone] = await enrolCertificates(world.owner, 1, {
      revoked_at: new Date('2026-10-01T00:00:00Z'),
      revocation_reason: 'superseded',
    });
    const { status, json } = await plan(revocation([valid!, gone!, '10abc']));
    expect(status).toBe(201);
    expect(json).toMatchObject({
      state: 'PLANNED',
      items: 3,
      planned: { REVOKED: 1, ALREADY_REVOKED: 1, UNKNOWN: 1 },
      needsApproval: true,
      requestedBy: 'staff:olivia',
    });
    const items = (await world.get(`/v1/operations/${json.id}/items`)).json.items;
    expect(items.map(({ target, plan: { expected, acts } }: never) => [target, expected, acts])).toEqual([
      [valid, 'REVOKED', true],
      [gone, 'ALREADY_REVOKED', false],
      ['10abc', 'UNKNOWN', false],
    ]);
    expect(await revoked([valid!])).toBe(0);
  });

  it('A plan finds parked reissues by a filter and says what is known of an unknown outcome', async () => {
    const at = new Date('2026-11-20T00:00:00Z');
    const park = { parked_since: at, park_sequence: 3, customer_ref: `cr_${newKey()}` };
    const unknown = await insertBareReissue(world.owner, at, {
      ...park,
      ...{ state: 'ISSUING', parked_step: 'ISSUE_CERTIFICATE', parked_code: 'OUTCOME_UNKNOWN' },
    });
    await insertBareReissue(world.owner, at, { customer_ref: park.customer_ref });
    const selection = { filter: { customerRef: park.customer_ref } };
    const { json } = await plan({ kind: 'retry', selection, reason: 'the signer is back' });
    const { items } = (await world.get(`/v1/operations/${json.id}/items`)).json;
    expect(items).toMatchObject([
      { target: unknown, plan: { expected: 'RETRIED', code: 'OUTCOME_UNKNOWN', finding: 'NOT_SIGNED' } },
    ]);
  });

  it('The same key with the same body is the same operation, and with another body a conflict', async () => {
    const key = newKey();
    const [serial] = await enrolCertificates(world.owner, 1);
    const answers = await Promise.all([1, 2, 3].map(() => plan(revocation([serial!]), operator, key)));
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    expect((await plan(revocation(['10ab']), operator, key)).problem).toBe('idempotency-mismatch');
    const without = await world.call('POST', '/v1/operations', operator, { body: revocation([serial!]) });
    expect(without.problem).toBe('idempotency-key-required');
  });

  it.each([
    ['nothing', { kind: 'hold', selection: { serials: [] }, reason: 'why not' }, 'nothing-selected'],
    ['reissues of a revocation', { ...revocation([]), selection: { reissueIds: [] } }, 'invalid-request'],
    ['a revocation without its reason', { ...revocation(['10ab']), parameters: {} }, 'invalid-request'],
    ['a hold with a reason of revocations', { ...revocation(['10ab']), kind: 'hold' }, 'invalid-request'],
    [
      'certificates to be unblocked',
      { kind: 'unblock', selection: { serials: ['10ab'] }, reason: 'why not' },
      'invalid-request',
    ],
    [
      'an end of a wait for a retry',
      {
        ...{ kind: 'retry', selection: { reissueIds: [] }, reason: 'why not' },
        parameters: { until: '2026-11-30T00:00:00Z' },
      },
      'invalid-request',
    ],
    ['no reason in words', { ...revocation(['10ab']), reason: ' ' }, 'invalid-request'],
  ])('A plan with %s is refused', async (_what, body, expected) => {
    expect((await plan(body)).problem).toBe(expected);
  });
});

describe('approving', () => {
  it('An approved operation runs exactly what was read, by a second person, and shows every outcome', async () => {
    const serials = await enrolCertificates(world.owner, 12);
    const { id, digest } = await waiting(serials);
    await run(id); // the operation is run by a signal from Temporal's own tools
    expect(await revoked(serials)).toBe(0);
    expect((await act(id, 'approve', approver, { digest, comment: 'seen' })).json.state).toBe('RUNNING');
    await run(id);
    expect(await revoked(serials)).toBe(12);
    expect(await shown(id)).toMatchObject({
      state: 'DONE',
      outcomes: { REVOKED: 12 },
      untried: 0,
      approvals: [{ decidedBy: 'staff:april', decision: 'APPROVED', comment: 'seen', digest }],
    });
    await run(id);
    expect((await entriesOf(id)).filter(({ action }) => !action.startsWith('certificate.'))).toMatchObject([
      { actor: 'staff:olivia', action: 'plan' },
      { actor: 'staff:olivia', action: 'confirm' },
      { action: 'runOperation', outcome: 'REFUSED', reason: 'OPERATION_NOT_RUNNING' },
      { actor: 'staff:april', action: 'approve' },
      { actor: 'staff:olivia', action: 'runOperation', outcome: 'STARTED' },
      { actor: 'staff:olivia', action: 'runOperation', outcome: 'DONE' },
      { action: 'runOperation', outcome: 'REFUSED' },
    ]);
  });

  it('Only an operation that a second person approved lifts the blocks of a customer', async () => {
    const customerRef = newKey();
    const about = { customerRef, reason: 'FRAUD_SUSPECTED', by: 'system', at: new Date() } as const;
    for (const source of ['stop-link', 'bank-event'] as const)
      await inTransaction(worker, (tx) => blockReissues(tx, { ...about, source }));
    const selection = { customerRefs: [customerRef, 'not-blocked'] };
    const { json } = await plan({ kind: 'unblock', selection, reason: 'the customer came to a branch' });
    expect(json.planned).toEqual({ UNBLOCKED: 1, NOT_BLOCKED: 1 });
    const { id, digest } = json;
    expect((await act(id, 'confirm', operator, { digest })).json.state).toBe('AWAITING_APPROVAL');
    await run(id);
    expect(await blocksOf(worker, customerRef)).toHaveLength(2);
    expect((await act(id, 'approve', operator, { digest })).status).toBe(403);
    expect((await act(id, 'approve', approver, { digest })).json.state).toBe('RUNNING');
    await run(id);
    expect(await blocksOf(worker, customerRef)).toEqual([]);
    expect(await shown(id)).toMatchObject({ state: 'DONE', outcomes: { UNBLOCKED: 1, NOT_BLOCKED: 1 } });
    const lifted = await world.owner
      .selectFrom('authority_entry')
      .select(['actor', 'reason', 'details'])
      .where('action', '=', 'liftBlock')
      .where(sql`details ->> 'customerRef'`, '=', customerRef)
      .execute();
    expect(lifted).toMatchObject([
      {
        ...{ actor: 'staff:olivia', reason: 'the customer came to a branch' },
        details: { sources: ['bank-event', 'stop-link'], operationId: id, approvedBy: 'staff:april' },
      },
    ]);
  });

  it('The requester cannot approve, whatever roles they have, and the refusal is audited', async () => {
    const serials = await enrolCertificates(world.owner, 1);
    const { id, digest } = await waiting(serials, both);
    expect((await act(id, 'approve', both, { digest })).problem).toBe('not-your-own');
    expect((await entriesOf(id)).at(-1)).toMatchObject({ actor: 'staff:sam', outcome: 'REFUSED' });
    await expect(
      sql`insert into operation_approval values (${id}, ${digest}, 'staff:sam', 'staff:sam', 'APPROVED', null, now())`.execute(
        world.owner,
      ),
    ).rejects.toThrow(/check constraint/);
    expect((await act(id, 'approve', colleague, { digest })).problem).toBe('role-required');
  });

  it('The approval of a changed request is void', async () => {
    const serials = await enrolCertificates(world.owner, 2);
    const { id, digest } = await waiting(serials.slice(0, 1));
    const change = (as: object) =>
      world.call('PATCH', `/v1/operations/${id}`, as, { body: { selection: { serials } } });
    expect((await change(colleague)).problem).toBe('not-your-operation');
    const changed = await change(operator);
    expect(changed.json).toMatchObject({ state: 'PLANNED', items: 2 });
    expect(changed.json.digest).not.toBe(digest);
    expect((await act(id, 'approve', approver, { digest })).problem).toBe('wrong-operation-state');
    expect((await act(id, 'confirm', operator, { digest })).problem).toBe('operation-changed');
    await act(id, 'confirm', operator, { digest: changed.json.digest });
    expect((await act(id, 'approve', approver, { digest })).problem).toBe('operation-changed');
  });

  it('An approval stays valid after a change to equal values', async () => {
    const serials = await enrolCertificates(world.owner, 2);
    const { id, digest } = await waiting(serials);
    const { parameters, reason, selection } = revocation(serials);
    for (const body of [{ reason }, { parameters, reason, selection }]) {
      const same = await world.call('PATCH', `/v1/operations/${id}`, operator, { body });
      expect(same.json).toMatchObject({ state: 'AWAITING_APPROVAL', digest });
    }
    expect((await entriesOf(id)).map(({ action }) => action)).toEqual(['plan', 'confirm']);
    expect((await act(id, 'approve', approver, { digest })).json.state).toBe('RUNNING');
  });

  it('An approval is void after what was approved was altered, also in the database itself', async () => {
    const serials = await enrolCertificates(world.owner, 3);
    const alterations = [
      sql`update operation_item set target = ${serials[2]!} where ordinal = 0`,
      sql`update operation_item set plan = '{}'`,
      sql`update operation set parameters = '{"revocationReason": "superseded"}'`,
      sql`update operation set reason = 'another'`,
      sql`delete from operation_approval`,
    ];
    for (const alteration of alterations) {
      const { id, digest } = await waiting(serials.slice(0, 2));
      await act(id, 'approve', approver, { digest });
      const joint = alteration === alterations[0] || alteration === alterations[1] ? sql`and` : sql`where`;
      const where = alteration === alterations[1] ? sql`where` : joint;
      await sql`${alteration} ${where} operation_id = ${id}`.execute(world.owner);
      await run(id);
      expect((await shown(id)).state).toBe('REJECTED');
    }
    expect(await revoked(serials)).toBe(0);
  });

  it('A rejection or a cancellation of an operation is final', async () => {
    const serials = await enrolCertificates(world.owner, 1);
    const one = await waiting(serials);
    const rejected = await act(one.id, 'reject', approver, { digest: one.digest, comment: 'ask them first' });
    expect(rejected.json.state).toBe('REJECTED');
    expect((await act(one.id, 'approve', approver, { digest: one.digest })).problem).toBe(
      'wrong-operation-state',
    );
    const two = await waiting(serials);
    expect((await act(two.id, 'cancel', colleague)).json.state).toBe('CANCELLED');
    expect((await act(two.id, 'approve', approver, { digest: two.digest })).problem).toBe(
      'wrong-operation-state',
    );
    expect(await revoked(serials)).toBe(0);
  });
});

describe('a person acts only in their own name', () => {
  const asApproved = { act: 'revoke', reason: 'keyCompromise' } as const;
  const tryIt = (serial: string, change: StatusChange, options: ChangeOptions) =>
    changeOne({ db: worker, clock: () => new Date(), actor: 'staff:mallory' }, serial, change, options);

  it('An act on a certificate that the operation does not name is refused and audited', async () => {
    const [serial, another] = await enrolCertificates(world.owner, 2);
    const awaits = await waiting([serial!]);
    const begun = await waiting([serial!]);
    await act(begun.id, 'approve', approver, { digest: begun.digest });
    const forced = await waiting([serial!]);
    await sql`update operation set state = 'RUNNING' where operation_id = ${forced.id}`.execute(world.owner);
    const late = await waiting([serial!]);
    await act(late.id, 'approve', approver, { digest: late.digest });
    const yesterday = await world.issuer.proof(approver, proofNonceOf('approve', late.digest), -25 * 60 * 60);
    await sql`update operation_proof set token = ${yesterday}
      where operation_id = ${late.id} and act = 'approve'`.execute(world.owner);
    await learn();
    const hostile: [string, string, StatusChange, string][] = [
      [`op_${'0'.repeat(32)}`, serial!, asApproved, 'OPERATION_UNKNOWN'],
      ["' or true", serial!, asApproved, 'OPERATION_UNKNOWN'],
      [awaits.id, serial!, asApproved, 'OPERATION_NOT_RUNNING'],
      [forced.id, serial!, asApproved, 'OPERATION_NOT_APPROVED'],
      [late.id, serial!, asApproved, 'OPERATION_EXPIRED'],
      [begun.id, another!, asApproved, 'NOT_IN_OPERATION'],
      [begun.id, serial!, { act: 'hold' }, 'NOT_IN_OPERATION'],
      [begun.id, serial!, { act: 'revoke', reason: 'superseded' }, 'NOT_IN_OPERATION'],
      [
        begun.id,
        serial!,
        { ...asApproved, invalidityDate: new Date('2026-01-01T00:00:00Z') },
        'NOT_IN_OPERATION',
      ],
    ];
    for (const [operationId, target, change, why] of hostile) {
      expect(await tryIt(target, change, { operationId })).toEqual({
        serial: target,
        outcome: 'NOT_APPROVED',
      });
      const { details, ...entry } = await world.owner
        .selectFrom('authority_entry')
        .select(['actor', 'outcome', 'details'])
        .orderBy('position', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow();
      expect(entry).toEqual({ actor: 'staff:mallory', outcome: 'REFUSED' });
      expect(details).toMatchObject({ serial: target, operationId, why });
    }
    await run(late.id);
    expect((await shown(late.id)).state).toBe('EXPIRED');
    expect(await revoked([serial!, another!])).toBe(0);
    await run(begun.id);
    expect(await revoked([serial!, another!])).toBe(1);
    // An operation that has already run cannot be used again.
    expect(await tryIt(serial!, asApproved, { operationId: begun.id })).toMatchObject({
      outcome: 'NOT_APPROVED',
    });
  });
});

describe('an operation that is not confirmed or approved within a day', () => {
  it('An operation that is not confirmed or approved within a day expires, at once for a late call and soon in the lists', async () => {
    const serials = await enrolCertificates(world.owner, 1);
    const planned = (await plan(revocation(serials))).json;
    const awaits = await waiting(serials);
    const ids = [planned.id, awaits.id];
    await sql`update operation set updated_at = updated_at - interval '24 hours 1 minute'
      where operation_id in (${sql.join(ids)})`.execute(world.owner);
    const late = await act(awaits.id, 'approve', approver, { digest: awaits.digest });
    expect(late).toMatchObject({ problem: 'wrong-operation-state', json: { state: 'EXPIRED' } });
    expect((await act(planned.id, 'confirm', operator, { digest: planned.digest })).problem).toBe(
      'wrong-operation-state',
    );
    const fresh = await waiting(serials);
    await reconcileOperations({
      db: worker,
      clock: () => new Date(),
      temporal: { workflow: undefined as never },
    });
    for (const id of ids) {
      expect((await shown(id)).state).toBe('EXPIRED');
      expect((await entriesOf(id)).at(-1)).toMatchObject({ actor: 'system', reason: 'EXPIRED' });
    }
    expect((await shown(fresh.id)).state).toBe('AWAITING_APPROVAL');
    expect(await revoked(serials)).toBe(0);
  });
});

describe('the holder of a certificate that the bank changed', () => {
  const sms: Sms[] = [];
  const mails: Mail[] = [];
  let isDown = false;
  const send = <M>(sent: M[], message: M) =>
    isDown ? Promise.reject(new ProviderUnavailable('down')) : Promise.resolve(void sent.push(message));
  const told = (operationId: string) => {
    const notices = createNotificationActivities({
      ...{ db: worker, clock: () => new Date(), logger: pino({ level: 'silent' }), holdMonths: 6 },
      bank: sampleBank,
      sms: { send: (message) => send(sms, message) },
      mail: { send: (message) => send(mails, message) },
      stopLinks: { urlOf: () => undefined },
    });
    return new MockActivityEnvironment().run<[], void, () => Promise<void>>(() =>
      notices.tellHolders(operationId),
    );
  };
  const noticesOf = async (id: string) =>
    (await world.get(`/v1/operations/${id}/items`, auditor)).json.items.map(
      ({ notice }: { notice: string | null }) => notice,
    );

  it('The holder of a certificate that the bank changed is notified once, and a missing contact is shown', async () => {
    const [reachable, unknown, untouched] = await enrolCertificates(world.owner, 3);
    await sql`update customer set mobile = '' where customer_id =
      (select customer_id from certificate where serial = ${unknown!})`.execute(world.owner);
    const { id, digest } = await waiting([reachable!, unknown!, '10abcd']);
    await told(id); // nothing is done yet
    await act(id, 'approve', approver, { digest });
    await run(id);
    isDown = true;
    await expect(told(id)).rejects.toThrow(ProviderUnavailable);
    expect(await noticesOf(id)).toEqual([null, 'NO_CONTACT', null]);
    isDown = false;
    await told(id);
    await told(id);
    expect(await noticesOf(id)).toEqual(['SENT', 'NO_CONTACT', null]);
    expect(sms).toMatchObject([
      {
        messageId: `${id}.${reachable}`,
        text: expect.stringMatching(/^\[한별은행\] [^]*폐지했습니다[^]*고객센터 1500-0000$/),
      },
    ]);
    expect(await revoked([untouched!])).toBe(0);
  });
});

it('Lists of operations are newest first, by state and kind, in pages that do not overlap', async () => {
  const found: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = `state=CANCELLED,REJECTED&kind=revoke&limit=2${cursor && `&cursor=${cursor}`}`;
    const { json } = await world.get(`/v1/operations?${query}`, auditor);
    found.push(...json.items.map(({ id }: { id: string }) => id));
    cursor = json.nextCursor;
  }
  expect(new Set(found).size).toBe(found.length);
  expect(found.length).toBeGreaterThan(4);
});
