import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Payload } from '@temporalio/common';
import { workflowIdOf } from '#libs/domain';
import { createPayloadCodec } from '#libs/temporal';
import { OpsWorld } from '../world/ops-world.js';

const auditor = { sub: 'audrey', roles: ['auditor'] };
const temporalUi = 'http://127.0.0.1:8233';
const reissueId = `ri_${'4'.repeat(32)}`;
const key = randomBytes(32);
const codec = createPayloadCodec({ current: 'spec', keys: { spec: key } });

let folder: string;
let ops: OpsWorld;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'codec-'));
  const keys = path.join(folder, 'keys.json');
  await writeFile(keys, JSON.stringify({ current: 'spec', keys: { spec: key.toString('base64') } }));
  ops = await OpsWorld.create({ RESEAL_CODEC_KEYS_FILE: keys, RESEAL_TEMPORAL_UI_URL: temporalUi });
});
afterAll(async () => {
  await ops.close();
  await rm(folder, { recursive: true });
});

const inJson = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata!).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data!).toString('base64'),
});

/** A payload as a workflow history contains it. */
async function encoded(value: unknown, workflowId = workflowIdOf(reissueId)) {
  const clear: Payload = {
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from(JSON.stringify(value)),
  };
  const [payload] = await codec.encode([clear], { type: 'workflow', namespace: 'reseal', workflowId });
  return inJson(payload!);
}

const decode = (payloads: object[], as: object | undefined = auditor, headers: Record<string, string> = {}) =>
  ops.call('POST', '/codec/decode', as, { body: { payloads }, headers: { origin: temporalUi, ...headers } });

const looks = () =>
  ops.owner
    .selectFrom('authority_entry')
    .selectAll()
    .where('action', '=', 'decodePayloads')
    .orderBy('position')
    .execute();

describe('the codec of Temporal’s own page', () => {
  it('The payload codec shows payloads to auditors and operators and records each look with the workflow', async () => {
    for (const roles of [['auditor'], ['operator']]) {
      const { status, json, headers } = await decode([await encoded({ kind: 'start' })], {
        sub: 'audrey',
        roles,
      });
      expect(status).toBe(200);
      const [payload] = (json as { payloads: { data: string; metadata: { encoding: string } }[] }).payloads;
      expect(JSON.parse(Buffer.from(payload!.data, 'base64').toString())).toEqual({ kind: 'start' });
      expect(Buffer.from(payload!.metadata.encoding, 'base64').toString()).toBe('json/plain');
      expect(headers['access-control-allow-origin']).toBe(temporalUi);
    }
    const recorded = await looks();
    expect(recorded).toHaveLength(2);
    expect(recorded[0]).toMatchObject({
      actor: 'staff:audrey',
      outcome: 'DONE',
      details: { payloads: 1, workflows: [workflowIdOf(reissueId)], reissueId },
    });
  });

  it('The payload codec shows nothing to other roles, and records nothing', async () => {
    const before = await looks();
    const payloads = [await encoded('secret')];
    expect(await decode(payloads, { sub: 'april', roles: ['approver'] })).toMatchObject({
      problem: 'role-required',
    });
    const anonymous = await ops.call('POST', '/codec/decode', undefined, {
      body: { payloads },
      headers: { origin: temporalUi },
    });
    expect(anonymous).toMatchObject({ status: 401, problem: 'sign-in-required' });
    // CORS lets the page of the Temporal UI read the refusal.
    expect(anonymous.headers['access-control-allow-origin']).toBe(temporalUi);
    expect(await looks()).toEqual(before);
  });

  it('The payload codec accepts requests from the address of Temporal’s page and from no other site', async () => {
    const preflight = (origin: string) =>
      ops.app.inject({
        method: 'OPTIONS',
        url: '/codec/decode',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const allowed = await preflight(temporalUi);
    expect(allowed.statusCode).toBe(204);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': temporalUi,
      'access-control-allow-methods': 'POST',
    });
    expect(
      (await preflight('http://elsewhere.example')).headers['access-control-allow-origin'],
    ).toBeUndefined();
    const { headers } = await decode([await encoded(1)], auditor, { origin: 'http://elsewhere.example' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  describe('in a browser that comes from the console', () => {
    const begin = (as?: object) => ops.call('POST', '/codec/session', as);
    const decodeBy = async (cookie: string, origin: string | undefined) =>
      ops.call('POST', '/codec/decode', undefined, {
        body: { payloads: [await encoded({ kind: 'start' })] },
        headers: { cookie, ...(origin ? { origin } : {}) },
      });

    it('The payload codec decodes by a cookie that no script reads and no other host sets, and records the person', async () => {
      const { status, headers } = await begin(auditor);
      expect(status).toBe(204);
      const [cookie = '', ...attributes] = String(headers['set-cookie']).split('; ');
      expect(cookie).toMatch(/^__Host-reseal_codec=/);
      expect(attributes).toEqual(['Path=/', 'HttpOnly', 'SameSite=Strict', 'Secure']);
      const before = (await looks()).length;
      const answer = await decodeBy(`theme=dark; ${cookie}`, temporalUi);
      expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-credentials': 'true' } });
      expect((await looks()).slice(before)).toMatchObject([{ actor: 'staff:audrey' }]);
    });

    it('The codec cookie works for no other site and for no other call', async () => {
      const [cookie = ''] = String((await begin(auditor)).headers['set-cookie']).split('; ');
      for (const origin of ['http://elsewhere.example', 'http://127.0.0.1:8234', 'null', undefined])
        expect(await decodeBy(cookie, origin)).toMatchObject({ status: 401, problem: 'sign-in-required' });
      const other = await ops.call('GET', '/v1/audit', undefined, {
        headers: { cookie, origin: temporalUi },
      });
      expect(other).toMatchObject({ status: 401, problem: 'sign-in-required' });
    });

    it('The codec cookie is not set for other roles, and is removed at sign-out', async () => {
      expect(await begin({ sub: 'april', roles: ['approver'] })).toMatchObject({ problem: 'role-required' });
      expect(await begin()).toMatchObject({ problem: 'sign-in-required' });
      const end = await ops.call('DELETE', '/codec/session', auditor);
      expect(String(end.headers['set-cookie'])).toMatch(/^__Host-reseal_codec=; .*Max-Age=0/);
    });
  });

  it('The payload codec returns clear payloads unchanged and records only what it decodes', async () => {
    const clear = {
      metadata: { encoding: Buffer.from('json/plain').toString('base64') },
      data: Buffer.from('{"version":3}').toString('base64'),
    };
    const before = (await looks()).length;
    expect(await decode([clear])).toMatchObject({ status: 200, json: { payloads: [clear] } });
    expect((await looks()).length).toBe(before);
    const { json } = await decode([clear, await encoded({ kind: 'start' }), clear]);
    const { payloads } = json as { payloads: { data: string }[] };
    expect(payloads.map(({ data }) => JSON.parse(Buffer.from(data, 'base64').toString()) as unknown)).toEqual(
      [{ version: 3 }, { kind: 'start' }, { version: 3 }],
    );
    expect((await looks()).slice(before)).toMatchObject([{ outcome: 'DONE', details: { payloads: 1 } }]);
  });

  it('The payload codec refuses altered payloads, payloads of another key, and what is no payload', async () => {
    const payload = await encoded({ kind: 'start' });
    const altered = { ...payload, data: Buffer.from(`x${payload.data}`).toString('base64') };
    const moved = {
      ...payload,
      metadata: { ...payload.metadata, 'workflow-id': Buffer.from('reissue/other').toString('base64') },
    };
    const before = (await looks()).length;
    for (const bad of [altered, moved])
      expect(await decode([bad])).toMatchObject({ status: 422, problem: 'invalid-request' });
    const claimed = (id: string) => ({ payloads: 1, claimedWorkflows: [id] });
    expect((await looks()).slice(before)).toMatchObject([
      { outcome: 'REFUSED', details: claimed(workflowIdOf(reissueId)) },
      { outcome: 'REFUSED', details: claimed('reissue/other') },
    ]);
    expect((await looks()).slice(before).map(({ details }) => Object.keys(details).sort())).toEqual(
      Array(2).fill(['claimedWorkflows', 'payloads']),
    );
    expect(await decode([{ data: '%%%' }])).toMatchObject({ status: 422, problem: 'invalid-request' });
  });
});
