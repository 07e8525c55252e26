import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { rememberSecret } from '../support/canaries.js';
import { newIdempotencyKey } from '../support/gateway.js';
import { expectSuccess } from '../support/http.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';
import { connectToStack } from '../support/running-stack.js';
import { StaffMember } from '../support/staff.js';
import { until } from '../support/until.js';

interface Created {
  readonly id: string;
  readonly secret: string;
}

const stack = connectToStack();
const april = new StaffMember(stack, 'april');
let receiver: WebhookReceiver;
let webhook: Created;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  const body = { url: receiver.url, description: 'Core banking of the tests' };
  const key = { 'idempotency-key': newIdempotencyKey() };
  webhook = expectSuccess(await april.call<Created>('POST', '/v1/webhooks', body, key));
  rememberSecret('webhook secret', Buffer.from(webhook.secret));
});
afterEach(() => {
  receiver.received.length = 0;
});
afterAll(async () => {
  await april.call('DELETE', `/v1/webhooks/${webhook.id}`);
  await receiver.close();
  await stack.close();
});

/** An event that was received, verified by the reference library. */
const verified = ({ body, headers }: (typeof receiver.received)[number]) =>
  new Webhook(webhook.secret).verify(body, headers) as { id: string; type: string };

/** The received events of a reissue. */
const eventsOf = (reissueId: string) =>
  receiver.received.filter(({ id }) => id.startsWith(`${reissueId}/`)).map(verified);

it('A webhook receiver can be tested before any event', async () => {
  const tried = expectSuccess(await april.call('POST', `/v1/webhooks/${webhook.id}/test`));
  expect(tried).toEqual({ delivered: true, status: 204, error: null });
  // Events of other reissues may arrive first.
  const types = receiver.received.map((event) => verified(event).type);
  expect(types.filter((type) => type === 'reseal.webhook.test.v1')).toHaveLength(1);
});

it('A webhook gets the events of a reissue from start to end, and again on replay', async () => {
  const customer = await stack.newCustomer('VALID');
  await customer.completeReissue();
  const { reissueId } = customer;
  const rows = await until('all events to be written', async () => {
    const found = await stack.db
      .selectFrom('event')
      .select(['sequence', 'type'])
      .where('stream', '=', reissueId)
      .orderBy('sequence')
      .execute();
    return found.some(({ type }) => type.startsWith('reseal.certificate.')) && found;
  });
  const wanted = rows.map(({ sequence, type }) => ({ id: `${reissueId}/${sequence}`, type }));
  await until('all events to arrive', () => eventsOf(reissueId).length >= wanted.length);
  expect(eventsOf(reissueId).map(({ id, type }) => ({ id, type }))).toEqual(wanted);

  receiver.received.splice(0);
  const replayed = expectSuccess(
    await april.call<{ events: number }>('POST', `/v1/webhooks/${webhook.id}/replay`, { reissueId }),
  );
  expect(replayed.events).toBe(wanted.length);
  await until('all events to arrive again', () => eventsOf(reissueId).length === wanted.length);
});
