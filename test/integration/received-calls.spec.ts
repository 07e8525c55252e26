import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase } from '#libs/db';
import { receiveCall, receivedRequest } from '#libs/db/reissues';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase()));
afterAll(() => database.drop());

const connect = (role: 'gateway' | 'worker') =>
  createDatabase({ url: database.urlOf(role), ...asSpec, max: 2 });
const callOf = (request: string, reissueId: string) => ({
  ...{ reissue_id: reissueId, update_id: 'u1', kind: 'start', request_hmac: request },
  received_at: new Date(),
});
const newReissueId = () => `ri_${randomBytes(16).toString('hex')}`;

describe('a call that comes in at two gateways at once', () => {
  it('An Idempotency-Key that arrives at two gateways at once stands for the first request', async () => {
    const gateways = [connect('gateway'), connect('gateway')] as const;
    try {
      for (let round = 0; round < 20; round += 1) {
        const reissueId = newReissueId();
        const stoodFor = await Promise.all(
          gateways.map((db, index) => receiveCall(db, callOf(`request-${index}`, reissueId))),
        );
        expect(new Set(stoodFor).size).toBe(1);
        expect(await receivedRequest(gateways[0], reissueId, 'u1')).toBe(stoodFor[0]);
      }
    } finally {
      await Promise.all(gateways.map((db) => db.destroy()));
    }
  });
});

describe('that a call came in', () => {
  it('The record of a received call is written by the gateway alone and never changed', async () => {
    const [gateway, worker] = [connect('gateway'), connect('worker')];
    try {
      const reissueId = newReissueId();
      await expect(receiveCall(worker, callOf('forged', reissueId))).rejects.toThrow('permission denied');
      await receiveCall(gateway, callOf('first', reissueId));
      const changed = gateway.updateTable('received_call').set({ request_hmac: 'another' });
      await expect(changed.where('reissue_id', '=', reissueId).execute()).rejects.toThrow(
        'permission denied',
      );
      expect(await receiveCall(gateway, callOf('second', reissueId))).toBe('first');
    } finally {
      await Promise.all([gateway.destroy(), worker.destroy()]);
    }
  });
});
