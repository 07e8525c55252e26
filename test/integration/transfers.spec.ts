import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type RoleDatabase } from '#libs/db';
import {
  deleteExpiredTransfers,
  endTransfer,
  findTransfer,
  joinTransfer,
  openTransfer,
  sendTransfer,
} from '#libs/db/transfers';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

let database: TestDatabase;
let db: RoleDatabase<'gateway'>;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase<'gateway'>({ url: database.urlOf('gateway'), ...asSpec, max: 10 });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const now = new Date('2026-11-30T03:00:00Z');
const after = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
let boxes = 0;
const freshId = () => `tr_${randomUUID().replaceAll('-', '')}`;
async function openOne() {
  const transfer = {
    box: String((boxes += 1)).padStart(4, '0'),
    sender_id: freshId(),
    sender_share: randomBytes(32),
    expires_at: after(10),
  };
  expect(await openTransfer(db, transfer)).toBe(true);
  return transfer;
}
const receiver = () => ({ receiver_id: freshId(), receiver_share: randomBytes(32) });

describe('transfers in the database', () => {
  it('A transfer is found by the id of each of its devices, until it expires', async () => {
    const { box, sender_id } = await openOne();
    const { receiver_id } = (await joinTransfer(db, { box, ...receiver() }, now))!;
    for (const id of [sender_id, receiver_id!]) {
      expect(await findTransfer(db, id, now)).toMatchObject({ box, state: 'JOINED' });
      expect(await findTransfer(db, id, after(10))).toBeUndefined();
    }
  });

  it('A box holds one transfer, and an id has one', async () => {
    const one = await openOne();
    expect(await openTransfer(db, { ...one, sender_id: freshId() })).toBe(false);
    expect(await openTransfer(db, { ...one, box: '9999' })).toBe(false);
  });

  it('Of many devices that join a transfer at once, one does', async () => {
    const { box } = await openOne();
    const joins = Array.from({ length: 8 }, () => joinTransfer(db, { box, ...receiver() }, now));
    const joined = (await Promise.all(joins)).filter((row) => row !== undefined);
    expect(joined).toHaveLength(1);
  });

  it('Content is stored for the device that joined, and deleted at the end', async () => {
    const { box, sender_id } = await openOne();
    const content = randomBytes(4_000);
    expect(await sendTransfer(db, sender_id, content, now)).toBeUndefined();
    await joinTransfer(db, { box, ...receiver() }, now);
    expect(await sendTransfer(db, sender_id, content, after(10))).toBeUndefined();
    expect((await sendTransfer(db, sender_id, content, now))!.content!.equals(content)).toBe(true);
    expect(await endTransfer(db, sender_id, 'RECEIVED', now)).toMatchObject({
      state: 'RECEIVED',
      content: null,
    });
    expect(await endTransfer(db, sender_id, 'FAILED', now)).toBeUndefined();
  });

  it('Expired transfers are deleted, and their boxes are free again', async () => {
    const { box } = await openOne();
    const next = { box, sender_id: freshId(), sender_share: randomBytes(32), expires_at: after(30) };
    expect(await openTransfer(db, next)).toBe(false);
    expect(await deleteExpiredTransfers(db, after(10))).toBeGreaterThan(0);
    expect(await openTransfer(db, next)).toBe(true);
  });
});
