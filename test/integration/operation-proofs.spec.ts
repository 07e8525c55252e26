import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fetchStaffKeys } from '#activities/operations';
import { createDatabase, inTransaction, type Database } from '#libs/db';
import { appendAuthorityEntry, appendItemEntries } from '#libs/db/audit';
import { insertApproval, insertOperation, insertProof, setOperationState } from '#libs/db/operations';
import { proofNonceOf, type ProvenAct } from '#libs/domain';
import { digestOfOperation } from '#libs/approvals';
import { sql } from 'kysely';
import { decodeProtectedHeader } from 'jose';
import { TestIssuer } from '../../apps/ops/src/testing/issuer.js';
import { enrolCertificates } from '../world/enrolled-certificates.js';
import { carryOut, staffIssuerAt } from '../world/operations.js';
import { approver, auditor, operator, OpsWorld } from '../world/ops-world.js';
import { asSpec } from '../world/test-database.js';

let world: OpsWorld;
let ops: Database;
let worker: Database;
beforeAll(async () => {
  world = await OpsWorld.create();
  ops = createDatabase({ url: world.database.urlOf('ops'), ...asSpec });
  worker = createDatabase({ url: world.database.urlOf('worker'), ...asSpec });
});
afterAll(async () => {
  await Promise.all([ops.destroy(), worker.destroy()]);
  await world.close();
});

const clock = () => new Date();
const staffIssuer = () => staffIssuerAt(world.issuer.url);
const run = (operationId: string) => carryOut(operationId, { worker, issuer: world.issuer.url });

const stateOf = async (operationId: string) =>
  (
    await world.owner
      .selectFrom('operation')
      .select('state')
      .where('operation_id', '=', operationId)
      .executeTakeFirst()
  )?.state;
const isHeld = async (serial: string) =>
  (
    await world.owner
      .selectFrom('certificate')
      .select('hold_at')
      .where('serial', '=', serial)
      .executeTakeFirstOrThrow()
  ).hold_at !== null;

interface Plan {
  readonly id: string;
  readonly digest: string;
}

/** Plans a hold as an operator. */
async function planned(serials: readonly string[]): Promise<Plan> {
  const { json } = await world.call('POST', '/v1/operations', operator, {
    body: { kind: 'hold', selection: { serials }, reason: 'reported as lost' },
    headers: { 'idempotency-key': randomBytes(16).toString('hex') },
  });
  return json as Plan;
}

const say = (act: ProvenAct, { id, digest }: Plan, as: object, proof: string) =>
  world.call('POST', `/v1/operations/${id}/${act}`, as, { body: { digest, proof } });
const proofOf = (act: ProvenAct, { digest }: Plan, as: object) =>
  world.issuer.proof(as, proofNonceOf(act, digest));

describe('an operation', () => {
  it('An operation names requester and approver in the trail of each certificate', async () => {
    const serials = await enrolCertificates(world.owner, 3);
    const plan = await planned(serials);
    await say('confirm', plan, operator, await proofOf('confirm', plan, operator));
    await say('approve', plan, approver, await proofOf('approve', plan, approver));
    await run(plan.id);
    for (const serial of serials) {
      expect(await isHeld(serial)).toBe(true);
      const { json } = await world.get(`/v1/audit?serial=${serial}`, auditor);
      const { items } = json as { items: Record<string, unknown>[] };
      expect(
        items
          .toReversed()
          .map(({ action, outcome, actor, requestedBy, approvedBy }) => [
            ...[action, outcome, actor],
            ...[requestedBy, approvedBy],
          ]),
      ).toEqual([
        ['confirm', 'DONE', 'staff:olivia', 'staff:olivia', null],
        ['approve', 'DONE', 'staff:april', 'staff:olivia', 'staff:april'],
        ['runOperation', 'STARTED', 'staff:olivia', 'staff:olivia', 'staff:april'],
        ['certificate.hold', 'DONE', 'staff:olivia', 'staff:olivia', 'staff:april'],
        ['runOperation', 'DONE', 'staff:olivia', 'staff:olivia', 'staff:april'],
      ]);
      const { json: certificate } = await world.get(`/v1/certificates/${serial}`, auditor);
      expect(certificate.operations).toMatchObject([
        { requestedBy: 'staff:olivia', approvedBy: 'staff:april' },
      ]);
    }
  });

  it('An operation is confirmed and approved only by the person’s own proof of exactly that act', async () => {
    const [serial] = await enrolCertificates(world.owner, 1);
    const plan = await planned([serial!]);
    const other = await planned([serial!]);
    const wrong: [string, string][] = [
      ['of another plan', await proofOf('confirm', other, operator)],
      ['of another act', await proofOf('approve', plan, { ...operator, roles: ['operator', 'approver'] })],
      ['of another person', await proofOf('confirm', plan, { ...operator, sub: 'oscar' })],
      ['without the role', await proofOf('confirm', plan, { ...operator, roles: ['auditor'] })],
      ['that is an access token', await world.issuer.token(operator)],
      ['that has run out', await world.issuer.proof(operator, proofNonceOf('confirm', plan.digest), -3_600)],
    ];
    for (const [_what, proof] of wrong)
      expect((await say('confirm', plan, operator, proof)).problem).toBe('proof-refused');
    expect(await stateOf(plan.id)).toBe('PLANNED');
    const right = await proofOf('confirm', plan, operator);
    expect((await say('confirm', plan, operator, right)).json.state).toBe('AWAITING_APPROVAL');
    expect((await say('approve', plan, approver, right)).problem).toBe('proof-refused');
  });

  it('The proof of an operation opens no call', async () => {
    const plan = { id: 'op', digest: 'a'.repeat(64) };
    for (const aud of ['reseal-console', 'reseal-ops']) {
      const proof = await world.issuer.proof({ ...operator, aud }, proofNonceOf('confirm', plan.digest));
      const { statusCode } = await world.app.inject({
        url: '/v1/me',
        headers: { authorization: `Bearer ${proof}` },
      });
      expect(statusCode).toBe(401);
    }
  });
});

describe('the operators’ app, taken over', () => {
  const refused =
    /an operation begins as a plan|may not be changed|proof of|does not come from|planned again/;

  /** An invented operation with a correct digest. */
  function madeUp(serial: string) {
    const operationId = `op_${randomBytes(16).toString('hex')}`;
    const content = { kind: 'hold' as const, requestedBy: 'staff:olivia', parameters: {}, reason: 'made up' };
    const items = [{ ordinal: 0, target: serial, parkSequence: null, park_sequence: null, plan: {} }];
    const digest = digestOfOperation({ operationId, ...content, items });
    const now = clock();
    const row = {
      ...{ operation_id: operationId, kind: content.kind, reason: content.reason, digest, items: 1 },
      ...{ selection: '{}', parameters: '{}', requested_by: 'staff:olivia' },
      ...{ created_at: now, updated_at: now },
    };
    return { operationId, digest, row, items, now };
  }
  const approval = ({ operationId, digest, now }: ReturnType<typeof madeUp>) => ({
    ...{ operation_id: operationId, digest, requested_by: 'staff:olivia', decided_by: 'staff:april' },
    ...{ decision: 'APPROVED' as const, decided_at: now },
  });

  it('A taken-over operators’ app cannot insert a running operation with its item and approval', async () => {
    const [serial] = await enrolCertificates(world.owner, 1);
    const forged = madeUp(serial!);
    await expect(
      inTransaction(ops, (tx) => insertOperation(tx, { ...forged.row, state: 'RUNNING' }, forged.items)),
    ).rejects.toThrow(refused);
    await inTransaction(ops, (tx) => insertOperation(tx, { ...forged.row, state: 'PLANNED' }, forged.items));
    await expect(inTransaction(ops, (tx) => insertApproval(tx, approval(forged)))).rejects.toThrow(refused);
    for (const state of ['AWAITING_APPROVAL', 'RUNNING', 'DONE'] as const)
      await expect(
        inTransaction(ops, (tx) =>
          setOperationState(tx, forged.operationId, state, { updated_at: forged.now }),
        ),
      ).rejects.toThrow(/waits for a second person|proof of|does not come from/);
    await run(forged.operationId);
    expect(await isHeld(serial!)).toBe(false);
    expect(await stateOf(forged.operationId)).toBe('PLANNED');
  });

  it('A taken-over operators’ app cannot change what was confirmed, and the worker cannot begin what waits', async () => {
    const [serial, another] = await enrolCertificates(world.owner, 2);
    const plan = await planned([serial!]);
    await say('confirm', plan, operator, await proofOf('confirm', plan, operator));
    const update = (db: Database, what: string) =>
      sql`UPDATE operation SET ${sql.raw(what)} WHERE operation_id = ${plan.id}`.execute(db);
    await expect(update(ops, `reason = 'another'`)).rejects.toThrow(refused);
    await expect(update(ops, `digest = '${'0'.repeat(64)}'`)).rejects.toThrow(refused);
    await expect(
      sql`INSERT INTO operation_item (operation_id, ordinal, target, plan) VALUES (${plan.id}, 1, ${another!}, '{}')`.execute(
        ops,
      ),
    ).rejects.toThrow(refused);
    await expect(update(ops, `state = 'RUNNING'`)).rejects.toThrow(refused);
    await expect(update(worker, `state = 'RUNNING'`)).rejects.toThrow(/may not bring an operation/);
    await expect(sql`INSERT INTO staff_key SELECT * FROM staff_key`.execute(ops)).rejects.toThrow(
      'permission denied',
    );
  });

  it('A taken-over operators’ app changes nothing by an entry that omits its certificate', async () => {
    const [serial] = await enrolCertificates(world.owner, 1);
    const forged = madeUp(serial!);
    const { operationId, digest, now } = forged;
    await inTransaction(ops, (tx) => insertOperation(tx, { ...forged.row, state: 'PLANNED' }, forged.items));
    const begin = (details: object) =>
      inTransaction(ops, async (tx) => {
        const of = { operation_id: operationId, digest, act: 'confirm' as const, actor: 'staff:olivia' };
        await insertProof(tx, { ...of, token: 'made up', recorded_at: now });
        await appendAuthorityEntry(tx, {
          ...{ actor: 'staff:olivia', action: 'confirm', outcome: 'DONE' as const, occurredAt: now },
          details: { operationId, digest, requestedBy: 'staff:olivia', ...details },
        });
        await setOperationState(tx, operationId, 'AWAITING_APPROVAL', { updated_at: now });
      });
    await expect(begin({})).rejects.toThrow(refused);
    await expect(begin({ serial: 'another' })).rejects.toThrow(refused);
    await expect(begin({ serial, requestedBy: 'staff:other' })).rejects.toThrow(refused);
    expect(await stateOf(operationId)).toBe('PLANNED');
    await begin({ serial });
    expect(await stateOf(operationId)).toBe('AWAITING_APPROVAL');
  });

  it('A taken-over operators’ app achieves nothing with proofs that the issuer did not sign for the act', async () => {
    await fetchStaffKeys({ db: worker, clock, staffIssuer: staffIssuer() });
    const [serial] = await enrolCertificates(world.owner, 1);
    const { kid = '' } = decodeProtectedHeader(await world.issuer.token());
    const ownKey = await TestIssuer.key(kid, 'ES256');
    const another = await planned([serial!]);
    const forgeries: Readonly<
      Record<string, (act: ProvenAct, digest: string, as: object) => Promise<string>>
    > = {
      'signed by its own key': (act, digest, as) =>
        world.issuer.proof(as, proofNonceOf(act, digest), 0, ownKey),
      'of another plan': (act, _digest, as) => proofOf(act, another, as),
      'of a person without the role': (act, digest, as) =>
        world.issuer.proof({ ...as, roles: ['auditor'] }, proofNonceOf(act, digest)),
      'that are no tokens': () => Promise.resolve('approved'),
    };
    for (const forge of Object.values(forgeries)) {
      const forged = madeUp(serial!);
      const { operationId, digest, now } = forged;
      const claim = async (act: ProvenAct, as: { sub: string }) => {
        const actor = `staff:${as.sub}`;
        await inTransaction(ops, async (tx) => {
          const token = await forge(act, digest, as);
          await insertProof(tx, { operation_id: operationId, digest, act, actor, token, recorded_at: now });
          await appendItemEntries(tx, operationId, {
            ...{ actor, action: act, outcome: 'DONE', occurredAt: now },
            details: { operationId, digest, requestedBy: 'staff:olivia' },
          });
          if (act === 'approve') await insertApproval(tx, approval(forged));
          const state = act === 'approve' ? 'RUNNING' : 'AWAITING_APPROVAL';
          await setOperationState(tx, operationId, state, { updated_at: now });
        });
      };
      await inTransaction(ops, (tx) =>
        insertOperation(tx, { ...forged.row, state: 'PLANNED' }, forged.items),
      );
      await claim('confirm', operator);
      await claim('approve', approver);
      expect(await stateOf(operationId)).toBe('RUNNING');
      await run(operationId);
      expect(await isHeld(serial!)).toBe(false);
      expect(await stateOf(operationId)).toBe('REJECTED');
      const { reason } = await world.owner
        .selectFrom('authority_entry')
        .select('reason')
        .where('action', '=', 'runOperation')
        .orderBy('position', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow();
      expect(reason).toBe('OPERATION_UNPROVED');
    }
  });
});
