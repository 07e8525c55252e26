import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '#libs/db';
import { receiveCall, receivedRequest, type NewCall, type SealedValueOfCall } from '#libs/db/reissues';
import { rateLimitUses, type LimitUse } from '#libs/rate-limit';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

let database: TestDatabase;
let gateway: Database;
let another: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  [gateway, another] = [connect('gateway'), connect('gateway')];
});
afterAll(async () => {
  await Promise.all([gateway.destroy(), another.destroy()]);
  await database.drop();
});

const now = new Date('2026-11-23T00:00:00.123Z');
const connect = (role: 'gateway' | 'worker') =>
  createDatabase({ url: database.urlOf(role), ...asSpec, max: 2 });
const newReissueId = () => `ri_${randomBytes(16).toString('hex')}`;

interface CallParts {
  readonly updateId?: string;
  readonly sealed?: readonly SealedValueOfCall[];
  readonly limits?: readonly LimitUse[];
}
const callOf = (
  request: string,
  reissueId: string,
  { updateId = 'u1', sealed = [], limits = [] }: CallParts = {},
): NewCall => ({
  call: {
    ...{ reissue_id: reissueId, update_id: updateId, kind: 'start', request_hmac: request },
    received_at: now,
    trace_id: null,
  },
  sealed,
  limits: rateLimitUses(limits, now),
});
const sealedValue = (handle: string, more: Partial<SealedValueOfCall> = {}): SealedValueOfCall => ({
  ...{ handle, update_id: 'u1', envelope: `envelope of ${handle}`, subject: null, jti: randomUUID() },
  ...{ purpose: 'password', challenge_id: null, key_thumbprint: 'a key' },
  ...more,
});
const handles = () => [randomUUID(), randomUUID()] as const;
const keptOf = async (reissueId: string) => {
  const owner = createDatabase({ url: database.urlOf('worker'), ...asSpec, max: 1 });
  const items = owner.selectFrom('vault_item').selectAll().where('reissue_id', '=', reissueId);
  const kept = await items.orderBy('handle').execute();
  await owner.destroy();
  return kept.map(({ handle, envelope, subject }) => ({ handle, envelope, subject }));
};

describe('a call that comes in at two gateways at once', () => {
  it('An Idempotency-Key that arrives at two gateways at once stands for the first request', async () => {
    for (let round = 0; round < 20; round += 1) {
      const reissueId = newReissueId();
      const stoodFor = await Promise.all(
        [gateway, another].map((db, index) => receiveCall(db, callOf(`request-${index}`, reissueId))),
      );
      const [first] = stoodFor.map((received) => 'request' in received && received.request);
      expect(stoodFor).toEqual([
        { request: first, stored: new Set() },
        { request: first, stored: new Set() },
      ]);
      expect(await receivedRequest(gateway, reissueId, 'u1')).toBe(first);
    }
  });

  it('The sealed values of a call that arrives at two gateways at once are stored once, and are those of the call', async () => {
    for (let round = 0; round < 20; round += 1) {
      const reissueId = newReissueId();
      const sealed = handles().map((handle) => sealedValue(handle));
      const received = await Promise.all(
        [gateway, another].map((db) => receiveCall(db, callOf('request', reissueId, { sealed }))),
      );
      const stored = new Set(sealed.map(({ handle }) => handle));
      for (const each of received) expect(each).toEqual({ request: 'request', stored });
      expect(await keptOf(reissueId)).toHaveLength(2);
    }
  });
});

describe('that a call came in', () => {
  it('The record of a received call is written by the gateway alone and never changed', async () => {
    const worker = connect('worker');
    const reissueId = newReissueId();
    await expect(receiveCall(worker, callOf('forged', reissueId))).rejects.toThrow('permission denied');
    await worker.destroy();
    await receiveCall(gateway, callOf('first', reissueId));
    const changed = gateway.updateTable('received_call').set({ request_hmac: 'another' });
    await expect(changed.where('reissue_id', '=', reissueId).execute()).rejects.toThrow('permission denied');
    expect(await receiveCall(gateway, callOf('second', reissueId))).toMatchObject({ request: 'first' });
  });

  it('A repeated call keeps its first sealed values', async () => {
    const reissueId = newReissueId();
    const [handle] = handles();
    const value = sealedValue(handle, { subject: 'an Idempotency-Key' });
    await receiveCall(gateway, callOf('request', reissueId, { sealed: [value] }));
    const again = { ...value, envelope: 'another envelope' };
    const repeated = await receiveCall(gateway, callOf('request', reissueId, { sealed: [again] }));
    expect(repeated).toEqual({ request: 'request', stored: new Set([handle]) });
    expect(await keptOf(reissueId)).toEqual([
      { handle, envelope: `envelope of ${handle}`, subject: 'an Idempotency-Key' },
    ]);
  });

  it('An envelope is stored for the first call that brings it, and once within a call', async () => {
    const reissueId = newReissueId();
    const [first, second] = handles();
    const jti = randomUUID();
    await receiveCall(gateway, callOf('request', reissueId, { sealed: [sealedValue(first, { jti })] }));
    const sealed = [sealedValue(second, { jti }), sealedValue(`${second}/b`)];
    const later = await receiveCall(gateway, callOf('request', reissueId, { updateId: 'u2', sealed }));
    expect(later).toEqual({ request: 'request', stored: new Set([`${second}/b`]) });
    const twice = ['x', 'y'].map((name) => sealedValue(`${second}/${name}`, { jti: `${jti}/twice` }));
    const doubled = await receiveCall(
      gateway,
      callOf('request', reissueId, { updateId: 'u3', sealed: twice }),
    );
    expect('stored' in doubled && doubled.stored.size).toBe(1);
  });

  it('Nothing is stored of a call under a key that stands for another request', async () => {
    const reissueId = newReissueId();
    await receiveCall(gateway, callOf('first', reissueId));
    const sealed = [sealedValue(randomUUID())];
    const received = await receiveCall(gateway, callOf('second', reissueId, { sealed }));
    expect(received).toEqual({ request: 'first', stored: new Set() });
    expect(await keptOf(reissueId)).toEqual([]);
  });

  it('Nothing is stored of a call beyond its limits, and a repetition is stored once they allow it', async () => {
    const reissueId = newReissueId();
    const limits = [{ key: randomUUID(), limit: { burst: 1, everyMs: 60_000 } }];
    const sealed = [sealedValue(randomUUID())];
    expect(await receiveCall(gateway, callOf('first', newReissueId(), { limits }))).toHaveProperty('request');
    const call = callOf('request', reissueId, { limits, sealed });
    expect(await receiveCall(gateway, call)).toEqual({ retryAfterMs: 60_000 });
    expect(await receivedRequest(gateway, reissueId, 'u1')).toBeUndefined();
    expect(await keptOf(reissueId)).toEqual([]);
    expect(await receiveCall(gateway, callOf('request', reissueId, { sealed }))).toHaveProperty('request');
    expect(await keptOf(reissueId)).toHaveLength(1);
  });
});
