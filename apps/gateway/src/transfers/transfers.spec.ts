import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Transfer } from '#libs/contracts';
import { InMemoryGateway } from '../testing/in-memory-gateway.js';

const shares = { sender: share(1), receiver: share(2) };
function share(octet: number): string {
  return Buffer.alloc(32, octet).toString('base64url');
}
const content = Buffer.from('encrypted').toString('base64url');

let gateway: InMemoryGateway;
let url: string;
let keys = 0;
beforeEach(async () => {
  gateway = new InMemoryGateway();
  url = await gateway.listen();
});
afterEach(() => gateway.app.close());

const freshKey = () => `idempotency-key-${(keys += 1)}`;
async function call(path: string, body?: unknown, key = freshKey()) {
  const answer = await fetch(`${url}/v1/transfers${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-api-key': 'reseal-local', 'idempotency-key': key, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { type, ...read } = (await answer.json()) as Transfer & { type?: string };
  return { status: answer.status, slug: type?.replace('urn:reseal:problem:', ''), ...read };
}
const openOne = (key?: string) => call('', { share: shares.sender }, key);
const join = (box: string, key?: string) => call('/joins', { box, share: shares.receiver }, key);

describe('a transfer between two devices', () => {
  it('A transfer passes on the shares and the content, and deletes the content at its end', async () => {
    const sender = await openOne();
    expect(sender).toMatchObject({ status: 201, state: 'OPEN', share: null, content: null });
    expect(sender.box).toMatch(/^\d{4}$/);
    const receiver = await join(sender.box);
    expect(receiver).toMatchObject({ status: 200, state: 'JOINED', share: shares.sender, content: null });
    expect(receiver.transferId).not.toBe(sender.transferId);
    expect(await call(`/${sender.transferId}`)).toMatchObject({ state: 'JOINED', share: shares.receiver });

    expect(await call(`/${sender.transferId}/content`, { content })).toMatchObject({
      state: 'SENT',
      content: null,
    });
    expect(await call(`/${receiver.transferId}`)).toMatchObject({ state: 'SENT', content });
    await call(`/${receiver.transferId}/end`, { outcome: 'RECEIVED' });
    expect(await call(`/${sender.transferId}`)).toMatchObject({ state: 'RECEIVED' });
    expect(await call(`/${receiver.transferId}`)).toMatchObject({ state: 'RECEIVED', content: null });
    expect(gateway.transfers.rows[0]!.content).toBeNull();
  });

  it('A transfer is joined once', async () => {
    const { box } = await openOne();
    await join(box);
    expect(await join(box)).toMatchObject({ status: 410, slug: 'transfer-over' });
  });

  it('A repeated call gets the same transfer, and does not count again', async () => {
    const [opened, joined] = [freshKey(), freshKey()];
    const sender = await openOne(opened);
    gateway.rates.transfer = {
      address: { burst: 1, everyMs: 60_000 },
      device: { burst: 1, everyMs: 60_000 },
    };
    expect(await openOne(opened)).toEqual(sender);
    const receiver = await join(sender.box, joined);
    expect(await join(sender.box, joined)).toEqual(receiver);
    expect(gateway.transfers.rows).toHaveLength(1);
  });

  it('A box without an open transfer, an expired transfer and an unknown one have the same answer', async () => {
    const { box, transferId } = await openOne();
    const empty = box === '0000' ? '0001' : '0000';
    const wrong = await join(empty);
    gateway.transfers.rows[0]!.expires_at = new Date(Date.now() - 1);
    const expired = await join(box);
    for (const answer of [wrong, expired, await call(`/${transferId}`), await call('/tr_unknown')])
      expect(answer).toMatchObject({ status: 410, slug: 'transfer-over' });
  });

  it('Nothing can be sent before another device has joined, or after the end, or by the receiving device', async () => {
    const sender = await openOne();
    const send = (id: string) => call(`/${id}/content`, { content });
    expect((await send(sender.transferId)).slug).toBe('transfer-over');
    const receiver = await join(sender.box);
    expect((await send(receiver.transferId)).slug).toBe('transfer-over');
    await call(`/${receiver.transferId}/end`, { outcome: 'FAILED' });
    expect((await send(sender.transferId)).slug).toBe('transfer-over');
    expect(await call(`/${sender.transferId}/end`, { outcome: 'RECEIVED' })).toMatchObject({
      state: 'FAILED',
    });
  });

  it('Opened and joined transfers are limited', async () => {
    gateway.rates.transfer = {
      address: { burst: 2, everyMs: 60_000 },
      device: { burst: 9, everyMs: 60_000 },
    };
    await openOne();
    await join('1234');
    expect((await join('1234')).slug).toBe('too-many-requests');
    expect((await openOne()).slug).toBe('too-many-requests');
  });

  it.each([
    ['a share that is too short', '', { share: 'AAAA' }],
    ['a box with letters', '/joins', { box: 'abcd', share: shares.receiver }],
    ['content that is too large', '/tr_1/content', { content: 'A'.repeat(40_000) }],
    ['an unknown outcome', '/tr_1/end', { outcome: 'LOST' }],
  ])('A call with %s is refused', async (_, path, body) => {
    expect(await call(path, body)).toMatchObject({ status: 422, slug: 'invalid-request' });
  });
});
