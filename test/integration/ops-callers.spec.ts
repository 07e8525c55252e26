import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase } from '#libs/db';
import { sql } from 'kysely';
import { insertBareReissue } from '../world/bare-reissue.js';
import { approver, auditor, operator, OpsWorld, type Answer } from '../world/ops-world.js';
import { asSpec } from '../world/test-database.js';

const oscar = { sub: 'oscar', name: 'Oscar', roles: ['operator'] } as const;
const minute = 60_000;

let world: OpsWorld;
beforeAll(async () => {
  world = await OpsWorld.create();
});
afterAll(() => world.close());

type Person = Parameters<OpsWorld['call']>[2];
const post = (path: string, body: object, as: Person = operator): Promise<Answer> =>
  world.call('POST', path, as, { body });

async function parked(): Promise<string> {
  const at = new Date();
  return insertBareReissue(world.owner, at, {
    ...{ parked_step: 'SEND_CHALLENGES', parked_since: at, parked_code: 'DEPENDENCY_UNAVAILABLE' },
    park_sequence: 1,
  });
}

/** The newest entry of the audit trail outside reissues. */
const newestEntry = () =>
  world.owner
    .selectFrom('authority_entry')
    .selectAll()
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();

describe('a caller', () => {
  const name = '김 가상';
  const mobile = '01099990001';
  const customerRef = randomBytes(16).toString('hex');
  const reason = 'a customer on the phone';

  beforeAll(async () => {
    await world.owner
      .insertInto('customer')
      .values({
        ...{ customer_id: randomUUID(), customer_ref: customerRef, ci: randomUUID(), name, mobile },
        ...{ bank_code: '000', account_number: '000', created_at: new Date() },
      })
      .execute();
  });

  it('A caller is found by name and mobile number in any spelling, by pseudonym, with a reason in the audit trail', async () => {
    for (const [asked, number] of [
      [name, mobile],
      ['김가상', '010-9999-0001'],
    ]) {
      const { status, json } = await post('/v1/customers/search', { name: asked, mobile: number, reason });
      expect([status, json]).toEqual([200, { customerRefs: [customerRef] }]);
    }
    const entry = await newestEntry();
    expect(entry).toMatchObject({
      ...{ actor: 'staff:olivia', action: 'findCustomer', outcome: 'DONE', reason },
      details: { found: 1, customerRef },
    });
    expect(JSON.stringify(entry)).not.toMatch(/가상|9999/);
  });

  it('A caller who is not a customer is not found, and the search is recorded', async () => {
    const { json } = await post('/v1/customers/search', { name: '김거짓', mobile, reason });
    expect(json).toEqual({ customerRefs: [] });
    expect((await newestEntry()).details).toEqual({ found: 0 });
  });

  it('An operator blocks a customer’s online reissues at once, and staff read the blocks', async () => {
    const request = { customerRef, reason: 'FRAUD_SUSPECTED', comment: 'a caller reports a lost phone' };
    const path = `/v1/customers/${customerRef}/blocks`;
    expect((await world.get(path)).json).toEqual({ blocks: [] });
    const block = {
      source: 'operator',
      reason: 'FRAUD_SUSPECTED',
      by: 'staff:olivia',
      since: expect.any(String),
    };
    for (const _ of [1, 2])
      expect((await post('/v1/customers/blocks', request)).json).toEqual({ blocks: [block] });
    expect((await world.get(path, auditor)).json).toEqual({ blocks: [block] });
    expect(await newestEntry()).toMatchObject({ action: 'readBlocks', details: { customerRef } });
    const entries = await world.owner
      .selectFrom('authority_entry')
      .select(['actor', 'reason', 'details'])
      .where('action', '=', 'blockReissues')
      .execute();
    expect(entries).toEqual([
      {
        ...{ actor: 'staff:olivia', reason: request.comment },
        details: { customerRef, source: 'operator', code: 'FRAUD_SUSPECTED' },
      },
    ]);
    expect((await post('/v1/customers/blocks', request, approver)).status).toBe(403);
    expect((await post('/v1/customers/blocks', { ...request, source: 'bank-event' })).status).toBe(422);
    expect((await post('/v1/customers/blocks', { ...request, customerRef: 'unknown' })).status).toBe(404);
  });

  it('A search by name and number needs a reason, and the role of an operator', async () => {
    expect((await post('/v1/customers/search', { name, mobile })).status).toBe(422);
    expect((await post('/v1/customers/search', { name, mobile, reason: 'why' })).status).toBe(422);
    for (const person of [approver, auditor])
      expect((await post('/v1/customers/search', { name, mobile, reason }, person)).status).toBe(403);
  });

  it('The operators’ app can read no name and no number in the database', async () => {
    const ops = createDatabase({ url: world.database.urlOf('ops'), ...asSpec, max: 1 });
    for (const column of ['name', 'mobile', 'email', 'account_number'])
      await expect(sql`SELECT ${sql.ref(column)} FROM customer`.execute(ops)).rejects.toThrow(
        /permission denied/,
      );
    await ops.destroy();
  });

  it('A reissue is found by the trace id of any of its calls', async () => {
    const reissueId = await insertBareReissue(world.owner, new Date());
    const traceId = randomBytes(16).toString('hex');
    const call = { reissue_id: reissueId, kind: 'start', request_hmac: 'h', received_at: new Date() };
    await world.owner
      .insertInto('received_call')
      .values([
        { ...call, update_id: 'a', trace_id: traceId },
        { ...call, update_id: 'b', trace_id: traceId },
        { ...call, update_id: 'c' },
      ])
      .execute();
    const { status, json } = await post('/v1/reissues/search', { traceId: traceId.toUpperCase() });
    expect([status, json]).toEqual([200, { reissueIds: [reissueId] }]);
    expect((await newestEntry()).action).toBe('findReissue');
    const unknown = await post('/v1/reissues/search', { traceId: '0'.repeat(32) });
    expect(unknown.json).toEqual({ reissueIds: [] });
  });
});

describe('the claim of a parked reissue', () => {
  const claim = (id: string, as: Person, takeOver = false) =>
    post(`/v1/reissues/${id}/claim`, { takeOver }, as);
  const shownClaim = async (id: string) => (await world.get(`/v1/reissues/${id}`)).json.parked.claim;
  async function planned(id: string, as: Person): Promise<string> {
    const { json } = await world.call('POST', '/v1/operations', as, {
      body: { kind: 'retry', selection: { reissueIds: [id] }, reason: 'the carrier is back' },
      headers: { 'idempotency-key': randomUUID() },
    });
    return (await world.get(`/v1/operations/${json.id}/items`)).json.items[0].plan.expected;
  }

  it('A claimed reissue is left out of the plans of other operators, and shown with its claimant', async () => {
    const id = await parked();
    expect((await claim(id, operator)).status).toBe(200);
    expect(await shownClaim(id)).toMatchObject({ by: 'staff:olivia' });
    const { items } = (await world.get('/v1/reissues?parked=true&sort=parkedSince')).json;
    expect(items.find((item: { id: string }) => item.id === id).parked.claim.by).toBe('staff:olivia');
    expect(await planned(id, oscar)).toBe('CLAIMED');
    expect(await planned(id, operator)).toBe('RETRIED');
  });

  it('Another operator is refused, and can take the claim over', async () => {
    const id = await parked();
    await claim(id, operator);
    const refused = await claim(id, oscar);
    expect([refused.status, refused.problem, refused.json.claimedBy]).toEqual([
      ...[409, 'claimed-by-another', 'staff:olivia'],
    ]);
    expect((await claim(id, oscar, true)).status).toBe(200);
    expect(await newestEntry()).toMatchObject({
      ...{ actor: 'staff:oscar', action: 'claimReissue' },
      details: { reissueId: id, takenFrom: 'staff:olivia' },
    });
    expect(await shownClaim(id)).toMatchObject({ by: 'staff:oscar' });
  });

  it('Of operators who claim at the same time one succeeds', async () => {
    const id = await parked();
    const answers = await Promise.all([claim(id, operator), claim(id, oscar)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  it('A claim ends when it is given up, after an hour, and with the parking', async () => {
    const id = await parked();
    await claim(id, operator);
    expect((await world.call('DELETE', `/v1/reissues/${id}/claim`, oscar)).status).toBe(204);
    expect(await shownClaim(id)).toMatchObject({ by: 'staff:olivia' }); // another's claim stays
    expect((await world.call('DELETE', `/v1/reissues/${id}/claim`, operator)).status).toBe(204);
    expect(await shownClaim(id)).toBeNull();

    await claim(id, operator);
    const old = { claimed_at: new Date(Date.now() - 61 * minute) };
    await world.owner.updateTable('reissue_claim').set(old).where('reissue_id', '=', id).execute();
    expect(await shownClaim(id)).toBeNull();

    await claim(id, operator);
    await world.owner.updateTable('reissue').set({ park_sequence: 2 }).where('reissue_id', '=', id).execute();
    expect(await shownClaim(id)).toBeNull();
    expect((await claim(id, oscar)).status).toBe(200);
  });

  it('A reissue that is not parked cannot be claimed', async () => {
    const id = await insertBareReissue(world.owner, new Date());
    const { status, problem } = await claim(id, operator);
    expect([status, problem]).toEqual([409, 'not-parked']);
  });
});

describe('a note on a reissue', () => {
  it('A note is shown to colleagues, newest first, and is an entry of the audit trail', async () => {
    const id = await parked();
    await post(`/v1/reissues/${id}/notes`, { text: 'the customer calls again at three' });
    await post(`/v1/reissues/${id}/notes`, { text: 'the carrier answers again' }, approver);
    const { notes } = (await world.get(`/v1/reissues/${id}`)).json;
    expect(notes).toMatchObject([
      { by: 'staff:april', text: 'the carrier answers again' },
      { by: 'staff:olivia', text: 'the customer calls again at three' },
    ]);
    const { items } = (await world.get(`/v1/audit?action=noteReissue&reissueId=${id}`, auditor)).json;
    expect(items).toHaveLength(2);
  });

  it('Auditors leave no notes, and a note has one line', async () => {
    const id = await parked();
    expect((await post(`/v1/reissues/${id}/notes`, { text: 'hello there' }, auditor)).status).toBe(403);
    expect((await post(`/v1/reissues/${id}/notes`, { text: 'two\nlines' })).status).toBe(422);
  });
});
