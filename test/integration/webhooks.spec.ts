import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase, inTransaction, type Database, type Tx } from '#libs/db';
import { insertEvents } from '#libs/db/events';
import { createWebhookDispatcher, type WebhookDispatcher } from '#libs/webhooks';
import pino from 'pino';
import { Webhook } from 'standardwebhooks';
import { WebhookReceiver } from '../support/webhook-receiver.js';
import { until } from '../support/until.js';
import { MovableClock, hour, minute, second } from '../world/movable-clock.js';
import { approver, auditor, operator, OpsWorld } from '../world/ops-world.js';
import { asSpec } from '../world/test-database.js';

const key = randomBytes(32);
let world: OpsWorld;
let worker: Database;
let clock: MovableClock;
let receiver: WebhookReceiver;
const dispatchers = new Set<WebhookDispatcher>();

beforeAll(async () => {
  world = await OpsWorld.create({
    RESEAL_WEBHOOK_KEY: key.toString('base64'),
    RESEAL_WEBHOOK_HOSTS: '127.0.0.1:*',
  });
  worker = createDatabase({ url: world.database.urlOf('worker'), ...asSpec });
});
afterAll(async () => {
  await worker.destroy();
  await world.close();
});
beforeEach(async () => {
  clock = new MovableClock(new Date());
  receiver = await WebhookReceiver.start();
});
afterEach(async () => {
  await Promise.all([...dispatchers].map(stop));
  await receiver.close();
  await world.owner.deleteFrom('webhook_endpoint').execute();
});

/** A copy of the worker's dispatcher. @param timeoutMs how long a receiver may take */
function dispatch(timeoutMs = 10_000, pollMs = 20): WebhookDispatcher {
  const dispatcher = createWebhookDispatcher({
    databaseUrl: world.database.urlOf('worker'),
    db: worker,
    settings: { key, hosts: ['127.0.0.1:*'], insecure: true, timeoutMs },
    source: '/spec',
    // Events of the last moments are already due.
    clock: () => new Date(clock.now().getTime() + minute),
    logger: pino({ level: 'silent' }),
    timing: { pollMs, collectMs: 1 },
  });
  dispatchers.add(dispatcher);
  dispatcher.start();
  return dispatcher;
}
async function stop(dispatcher: WebhookDispatcher): Promise<void> {
  dispatchers.delete(dispatcher);
  await dispatcher.stop();
}

const idempotencyKey = () => `key-${randomBytes(12).toString('hex')}`;
const create = (body: object, headers = { 'idempotency-key': idempotencyKey() }) =>
  world.call('POST', '/v1/webhooks', approver, {
    body: { url: receiver.url, description: 'Core banking', ...body },
    headers,
  });
async function created(body: object = {}): Promise<{ id: string; secret: string }> {
  const { status, json } = await create(body);
  expect(status).toBe(201);
  return json as { id: string; secret: string };
}
const stream = () => `ri_${randomBytes(16).toString('hex')}`;
const happen = (of: string, ...sequences: number[]) =>
  inTransaction(world.owner, (tx) => happenIn(tx, of, ...sequences));
const happenIn = (tx: Tx, of: string, ...sequences: number[]) =>
  insertEvents(
    tx,
    sequences.map((sequence) => ({
      stream: of,
      sequence,
      topic: 'reseal.reissue',
      key: of,
      type: sequence === 1 ? 'reseal.reissue.started.v1' : 'reseal.reissue.changed.v1',
      data: { sequence },
      occurred_at: new Date(),
    })),
  );
const delivery = async (id: string, of: string, sequence = 1) =>
  world.owner
    .selectFrom('webhook_delivery')
    .selectAll()
    .where('endpoint_id', '=', id)
    .where('stream', '=', of)
    .where('sequence', '=', sequence)
    .executeTakeFirstOrThrow();
const ended = (id: string, of: string, sequence = 1) =>
  until('the delivery to be over', async () => {
    const row = await delivery(id, of, sequence);
    return row.state !== 'PENDING' && row;
  });

describe('a webhook', () => {
  it('A webhook gets each event in its order, with a signature that the reference library accepts', async () => {
    const { id, secret } = await created();
    dispatch();
    const reissue = stream();
    await happen(reissue, 1, 2, 3);
    await ended(id, reissue, 3);
    expect(receiver.ids).toEqual([`${reissue}/1`, `${reissue}/2`, `${reissue}/3`]);
    for (const { body, headers } of receiver.received) {
      expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/);
      expect(new Webhook(secret).verify(body, headers)).toMatchObject({
        specversion: '1.0',
        source: '/spec',
      });
    }
  });

  it('A delivery is announced to the dispatcher, which need not look for it', async () => {
    const { id } = await created();
    const dispatcher = dispatch(10_000, hour);
    await until('the dispatcher to lead', () => dispatcher.active);
    const reissue = stream();
    for (const sequence of [1, 2]) {
      await happen(reissue, sequence);
      await ended(id, reissue, sequence);
    }
  });

  it('A webhook gets only the event types that it asked for', async () => {
    const { id } = await created({ types: ['reseal.reissue.started.v1'] });
    dispatch();
    const reissue = stream();
    await happen(reissue, 1, 2);
    await ended(id, reissue);
    expect(receiver.ids).toEqual([`${reissue}/1`]);
  });

  it('A webhook gets checkpoints of the audit log only if it asked for them, also on replay', async () => {
    const type = 'reseal.audit.checkpoint.v1';
    const everything = await created();
    const checkpoints = await created({ types: [type] });
    const sequence = 1 + Math.floor(Math.random() * 1e9);
    const checkpoint = { stream: 'audit', topic: 'reseal.audit', key: 'reseal', type, data: {} };
    await inTransaction(world.owner, (tx) =>
      insertEvents(tx, [{ ...checkpoint, sequence, occurred_at: new Date() }]),
    );
    const reissue = stream();
    await happen(reissue, 1);
    const queued = async ({ id }: { id: string }) => {
      const rows = await world.owner
        .selectFrom('webhook_delivery')
        .select(['stream', 'sequence'])
        .where('endpoint_id', '=', id)
        .execute();
      return rows.map((row) => `${row.stream}/${row.sequence}`).sort();
    };
    expect(await queued(everything)).toEqual([`${reissue}/1`]);
    expect(await queued(checkpoints)).toEqual([`audit/${sequence}`]);

    const from = new Date(Date.now() - hour).toISOString();
    for (const { id } of [everything, checkpoints]) {
      const replay = { body: { from }, headers: { 'idempotency-key': idempotencyKey() } };
      expect((await world.call('POST', `/v1/webhooks/${id}/replay`, operator, replay)).status).toBe(200);
    }
    expect((await queued(everything)).filter((event) => event.startsWith('audit/'))).toEqual([]);
    expect((await queued(checkpoints)).filter((event) => !event.startsWith('audit/'))).toEqual([]);
    expect(await queued(checkpoints)).toContain(`audit/${sequence}`);
  });

  it('A webhook misses no event that is committed late', async () => {
    const { id } = await created();
    dispatch();
    const [early, late] = [stream(), stream()];
    await inTransaction(world.owner, async (tx) => {
      await happenIn(tx, late, 1);
      await happen(early, 1);
      await ended(id, early);
    });
    await ended(id, late);
    expect(receiver.ids).toEqual([`${early}/1`, `${late}/1`]);
  });

  it('A webhook gets a failed event again by the schedule, and later events of the reissue after it', async () => {
    const { id } = await created();
    receiver.answer = () => ({ status: 500 });
    dispatch();
    const reissue = stream();
    await happen(reissue, 1, 2);
    await until('the first attempt', async () => (await delivery(id, reissue)).attempts === 1);
    receiver.answer = () => ({ status: 200 });
    expect(receiver.ids).toEqual([`${reissue}/1`]);
    clock.advance(6 * second);
    await ended(id, reissue, 2);
    expect(receiver.ids).toEqual([`${reissue}/1`, `${reissue}/1`, `${reissue}/2`]);
  });

  it('A webhook gets nothing for as long as its Retry-After asks for', async () => {
    const { id } = await created();
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': '7200' } });
    dispatch();
    const reissue = stream();
    await happen(reissue, 1);
    const waiting = await until('the first attempt', async () => {
      const row = await delivery(id, reissue);
      return row.attempts === 1 && row;
    });
    expect(waiting.next_attempt_at.getTime() - clock.now().getTime()).toBeGreaterThanOrEqual(2 * hour);
    expect(waiting.last_status).toBe(503);
  });

  it('A webhook is given up after three days, which is visible, and its events can be replayed', async () => {
    const { id } = await created();
    receiver.answer = () => ({ status: 500 });
    dispatch();
    const reissue = stream();
    await happen(reissue, 1);
    for (let attempts = 1; attempts < 10; attempts += 1) {
      await until('an attempt', async () => (await delivery(id, reissue)).attempts === attempts);
      clock.advance(27 * hour);
    }
    expect((await ended(id, reissue)).state).toBe('FAILED');
    const shown = await world.get(`/v1/webhooks/${id}`);
    expect(shown.json.deliveries[0]).toMatchObject({ state: 'FAILED', attempts: 10, lastStatus: 500 });

    receiver.answer = () => ({ status: 200 });
    const replay = { body: { reissueId: reissue } };
    const again = await world.call('POST', `/v1/webhooks/${id}/replay`, operator, replay);
    expect(again.json).toEqual({ events: 1 });
    await until('the replay', async () => (await delivery(id, reissue)).state === 'DELIVERED');
    expect(new Set(receiver.ids)).toEqual(new Set([`${reissue}/1`]));
  });

  it('A webhook that answers 410 is switched off and audited, and gets the waiting events once switched on', async () => {
    const { id } = await created();
    receiver.answer = () => ({ status: 410 });
    dispatch();
    const reissue = stream();
    await happen(reissue, 1);
    const off = await until('it to be off', async () => {
      const { json } = await world.get(`/v1/webhooks/${id}`);
      return json.enabled === false && json;
    });
    expect(off.disabledReason).toBe('it answered 410');
    const entry = await world.owner
      .selectFrom('authority_entry')
      .selectAll()
      .where('action', '=', 'disableWebhook')
      .executeTakeFirstOrThrow();
    expect(entry).toMatchObject({ actor: 'worker', details: { endpointId: id, status: 410 } });

    receiver.answer = () => ({ status: 200 });
    await world.call('PATCH', `/v1/webhooks/${id}`, approver, { body: { enabled: true } });
    clock.advance(6 * second);
    expect((await ended(id, reissue)).state).toBe('DELIVERED');
  });

  it('A webhook that never answers delays no other', async () => {
    const slow = await created();
    const other = await WebhookReceiver.start();
    const { id } = await created({ url: other.url });
    receiver.answer = () => undefined;
    dispatch();
    const reissue = stream();
    await happen(reissue, 1, 2, 3);
    await ended(id, reissue, 3);
    expect(other.ids).toHaveLength(3);
    expect((await delivery(slow.id, reissue)).state).toBe('PENDING');
    await other.close();
  });

  it('A webhook that answers too late gets the event again', async () => {
    const { id } = await created();
    receiver.answer = () => undefined;
    dispatch(100);
    const reissue = stream();
    await happen(reissue, 1);
    const row = await until('an attempt', async () => {
      const found = await delivery(id, reissue);
      return found.attempts === 1 && found;
    });
    expect(row).toMatchObject({ last_status: null, last_error: 'no response in time' });
  });

  it('A webhook’s redirect is not followed', async () => {
    const { id } = await created();
    const elsewhere = await WebhookReceiver.start();
    receiver.answer = () => ({ status: 307, headers: { location: elsewhere.url } });
    dispatch();
    const reissue = stream();
    await happen(reissue, 1);
    await until('an attempt', async () => (await delivery(id, reissue)).attempts === 1);
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });

  it('A webhook gets an event again under the same id if the worker died before it was marked', async () => {
    const { id } = await created();
    receiver.answer = () => undefined;
    const first = dispatch();
    const reissue = stream();
    await happen(reissue, 1);
    await until('it to be sent', () => receiver.received.length === 1);
    await stop(first);
    expect((await delivery(id, reissue)).attempts).toBe(0);
    receiver.answer = () => ({ status: 200 });
    dispatch();
    await ended(id, reissue);
    expect(receiver.ids).toEqual([`${reissue}/1`, `${reissue}/1`]);
  });

  it('A webhook is served by one copy of the worker', async () => {
    const { id } = await created();
    dispatch();
    dispatch();
    const reissues = Array.from({ length: 20 }, stream);
    for (const reissue of reissues) await happen(reissue, 1, 2);
    for (const reissue of reissues) await ended(id, reissue, 2);
    expect(receiver.received).toHaveLength(40);
  });
});

describe('a new secret', () => {
  it('A new webhook secret signs together with the former for a day', async () => {
    const { id, secret } = await created();
    const { json } = await world.call('POST', `/v1/webhooks/${id}/secret`, approver);
    dispatch();
    const reissue = stream();
    await happen(reissue, 1);
    await ended(id, reissue);
    const [{ body, headers }] = receiver.received as [(typeof receiver.received)[0]];
    expect(json.secret).not.toBe(secret);
    for (const known of [secret, json.secret as string])
      expect(() => new Webhook(known).verify(body, headers)).not.toThrow();

    clock.advance(25 * hour);
    const other = stream();
    await happen(other, 1);
    await ended(id, other);
    const last = receiver.received.at(-1)!;
    // The receiver uses the real time.
    expect(last.headers['webhook-signature']!.split(' ')).toHaveLength(1);
  });
});

describe('staff who manage webhooks', () => {
  it('Approvers manage webhooks, operators replay and test them, auditors look', async () => {
    const { id } = await created();
    const acts = [
      ['POST', '', { url: receiver.url, description: 'Mine now' }],
      ['PATCH', `/${id}`, { description: 'Mine now' }],
      ['DELETE', `/${id}`, undefined],
      ['POST', `/${id}/secret`, undefined],
    ] as const;
    for (const staff of [operator, auditor])
      for (const [method, path, body] of acts) {
        const headers = { 'idempotency-key': idempotencyKey() };
        const more = { headers, ...(body ? { body } : {}) };
        expect((await world.call(method, `/v1/webhooks${path}`, staff, more)).problem).toBe('role-required');
      }
    const replay = { body: { from: new Date().toISOString() } };
    expect((await world.call('POST', `/v1/webhooks/${id}/replay`, auditor, replay)).problem).toBe(
      'role-required',
    );
    expect((await world.call('POST', `/v1/webhooks/${id}/replay`, operator, replay)).status).toBe(200);
    expect((await world.get('/v1/webhooks', auditor)).json.items).toHaveLength(1);
  });

  it('A webhook with an address that the settings do not allow is refused, and nothing is created', async () => {
    for (const url of ['http://169.254.169.254/latest', 'https://evil.example/', 'ftp://127.0.0.1/', 'x']) {
      const { status, problem, json } = await create({ url });
      expect([status, problem]).toEqual([422, 'webhook-address-refused']);
      expect(json.reason).toMatch(/RESEAL_WEBHOOK_HOSTS does not name|not an https address/);
    }
    const { id } = await created();
    const change = { body: { url: 'https://evil.example/' } };
    expect((await world.call('PATCH', `/v1/webhooks/${id}`, approver, change)).problem).toBe(
      'webhook-address-refused',
    );
    expect((await world.get('/v1/webhooks')).json.items).toHaveLength(1);
  });

  it('A repeated call creates one webhook, and another content is a conflict', async () => {
    const headers = { 'idempotency-key': idempotencyKey() };
    const [first, second] = [await create({}, headers), await create({}, headers)];
    const { secret, ...shown } = first.json;
    expect(secret).toMatch(/^whsec_/);
    expect(second.json).toEqual(shown);
    expect(second.text).not.toContain('whsec_');
    expect((await create({ description: 'Another' }, headers)).problem).toBe('idempotency-mismatch');
    expect((await create({}, { 'idempotency-key': 'short' })).problem).toBe('idempotency-key-required');
  });

  it('A webhook secret is shown once and is in no list, entry or table', async () => {
    const { id, secret } = await created();
    await world.call('PATCH', `/v1/webhooks/${id}`, approver, { body: { description: 'Core, new' } });
    const shown = [await world.get('/v1/webhooks'), await world.get(`/v1/webhooks/${id}`)];
    for (const { text } of shown) expect(text).not.toContain('whsec_');
    const rows = await Promise.all([
      world.owner.selectFrom('authority_entry').selectAll().execute(),
      world.owner.selectFrom('webhook_endpoint').selectAll().execute(),
    ]);
    expect(JSON.stringify(rows)).not.toContain(secret.slice('whsec_'.length));
  });

  it('A webhook that is created again under the same key gets another secret', async () => {
    const headers = { 'idempotency-key': idempotencyKey() };
    const first = await create({}, headers);
    await world.call('DELETE', `/v1/webhooks/${first.json.id}`, approver);
    const second = await create({}, headers);
    expect(second.json).toMatchObject({ id: first.json.id, secret: expect.stringMatching(/^whsec_/) });
    expect(second.json.secret).not.toBe(first.json.secret);
    dispatch();
    const reissue = stream();
    await happen(reissue, 1);
    await ended(second.json.id as string, reissue);
    const [{ body, headers: signed }] = receiver.received as [(typeof receiver.received)[0]];
    expect(() => new Webhook(second.json.secret as string).verify(body, signed)).not.toThrow();
    expect(() => new Webhook(first.json.secret as string).verify(body, signed)).toThrow();
  });

  it('Each act on webhooks leaves an audit entry', async () => {
    const { id } = await created();
    await world.call('PATCH', `/v1/webhooks/${id}`, approver, { body: { types: [] } });
    await world.call('POST', `/v1/webhooks/${id}/secret`, approver);
    await world.call('POST', `/v1/webhooks/${id}/replay`, operator, { body: { reissueId: stream() } });
    await world.call('DELETE', `/v1/webhooks/${id}`, approver);
    const entries = await world.owner.selectFrom('authority_entry').selectAll().orderBy('position').execute();
    const ours = entries.filter(({ details }) => (details as { endpointId?: string }).endpointId === id);
    expect(ours.map(({ action, actor }) => [action, actor])).toEqual([
      ['createWebhook', expect.stringContaining('april')],
      ['changeWebhook', expect.stringContaining('april')],
      ['rotateWebhookSecret', expect.stringContaining('april')],
      ['replayWebhook', expect.stringContaining('olivia')],
      ['deleteWebhook', expect.stringContaining('april')],
    ]);
    expect((await world.get(`/v1/webhooks/${id}`)).problem).toBe('not-found');
  });
});
