import { describe, expect, it } from '@jest/globals';
import { defaultPayloadConverter, type Payload, type SerializationContext } from '@temporalio/common';
import { createPayloadCodec } from './payload-codec.js';

const key = (fill: number) => new Uint8Array(32).fill(fill);
const codec = createPayloadCodec({ current: 'k2', keys: { k1: key(1), k2: key(2) } });
const workflow = (workflowId: string): SerializationContext => ({
  type: 'workflow',
  namespace: 'n',
  workflowId,
});
const activity = (activityId: string, workflowId?: string): SerializationContext => ({
  type: 'activity',
  namespace: 'n',
  activityId,
  isLocal: false,
  ...(workflowId && { workflowId }),
});
const value = { canary: 'canary', n: 1 };
const encode = async (context?: SerializationContext, from = codec) =>
  (await from.encode([defaultPayloadConverter.toPayload(value)], context))[0] as Payload;
const decode = async (payload: Payload, context?: SerializationContext, by = codec) =>
  defaultPayloadConverter.fromPayload((await by.decode([payload], context))[0] as Payload);

describe('payload codec', () => {
  it('A payload is restored, and shows only key id and workflow id', async () => {
    const payload = await encode(workflow('reissue/1'));
    expect(
      Object.fromEntries(
        Object.entries(payload.metadata ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
      ),
    ).toEqual({
      encoding: 'binary/encrypted',
      'encryption-key-id': 'k2',
      'workflow-id': 'reissue/1',
    });
    expect(Buffer.from(payload.data ?? []).toString('latin1')).not.toContain('canary');
    expect(await decode(payload, workflow('reissue/1'))).toEqual(value);
  });

  it('Two encryptions of a payload differ', async () => {
    expect((await encode()).data).not.toEqual((await encode()).data);
  });

  it('A workflow’s payload is read by its activity', async () => {
    expect(await decode(await encode(activity('1', 'reissue/1')), workflow('reissue/1'))).toEqual(value);
  });

  it('A payload of a standalone activity is bound to its id', async () => {
    expect(await decode(await encode(activity('a1')), activity('a1'))).toEqual(value);
    await expect(decode(await encode(activity('a1')), activity('a2'))).rejects.toThrow(
      'activity-id a1 was found in activity-id a2',
    );
    await expect(decode(await encode(activity('x')), workflow('x'))).rejects.toThrow('was found in');
  });

  it('A tool reads payloads without a context', async () => {
    expect(await decode(await encode(workflow('reissue/1')))).toEqual(value);
    expect(await decode(await encode(), workflow('reissue/1'))).toEqual(value);
  });

  it('A schedule’s runs read its arguments and the result of the run before', async () => {
    const fromSchedule = await encode(workflow('reconcile'));
    const fromRun = await encode(workflow('reconcile-2026-11-22T17:57:00Z'));
    expect(await decode(fromSchedule, workflow('reconcile-2026-11-22T17:58:00Z'))).toEqual(value);
    expect(await decode(fromRun, workflow('reconcile-2026-11-22T17:58:00Z'))).toEqual(value);
    await expect(decode(fromRun, workflow('archive-2026-11-22T17:58:00Z'))).rejects.toThrow('was found in');
  });

  it('A payload of another workflow is refused', async () => {
    await expect(decode(await encode(workflow('reissue/1')), workflow('reissue/2'))).rejects.toThrow(
      'a payload of workflow-id reissue/1 was found in workflow-id reissue/2',
    );
  });

  it('A payload with an altered workflow id, key id or byte is refused', async () => {
    const alter = async (change: (payload: Payload) => void) => {
      const payload = await encode(workflow('reissue/1'));
      change(payload);
      return decode(payload, undefined);
    };
    const set = (name: string, text: string) => (payload: Payload) => {
      payload.metadata = { ...payload.metadata, [name]: Buffer.from(text) };
    };
    await expect(alter(set('workflow-id', 'reissue/2'))).rejects.toThrow('damaged or altered');
    await expect(alter(set('encryption-key-id', 'k1'))).rejects.toThrow('damaged or altered');
    await expect(alter((payload) => delete payload.metadata?.['workflow-id'])).rejects.toThrow(
      'damaged or altered',
    );
    for (const at of [0, 12, -1]) {
      await expect(
        alter((payload) => {
          const data = Buffer.from(payload.data ?? []);
          data[at < 0 ? data.length + at : at]! ^= 1;
          payload.data = data;
        }),
      ).rejects.toThrow('damaged or altered');
    }
    await expect(alter((payload) => (payload.data = new Uint8Array(3)))).rejects.toThrow(
      'damaged or altered',
    );
  });

  it('An unencrypted payload is refused', async () => {
    await expect(decode(defaultPayloadConverter.toPayload(value))).rejects.toThrow('not encrypted');
  });

  it('The codec reads with every known key, writes with the current one, and names an unknown one', async () => {
    const before = createPayloadCodec({ current: 'k1', keys: { k1: key(1) } });
    expect(await decode(await encode(workflow('w'), before), workflow('w'))).toEqual(value);
    await expect(decode(await encode(), undefined, before)).rejects.toThrow('key k2, which is not known');
    expect(() => createPayloadCodec({ current: 'k3', keys: {} })).toThrow('k3 is not among');
  });

  it('An encrypted payload is not encrypted again', async () => {
    const payload = await encode(workflow('w'));
    expect(await codec.encode([payload], workflow('w'))).toEqual([payload]);
    expect(await codec.encode([])).toEqual([]);
  });
});
