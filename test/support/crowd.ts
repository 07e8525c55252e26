import { expect } from '@jest/globals';
import { oldSerialOf, recordedStatusOf } from './certificates.js';
import type { Customer } from './customer.js';
import type { CallOptions } from './gateway.js';
import { expectSuccess } from './http.js';
import { ordinaryPath } from './ordinary-path.js';
import type { RunningStack } from './running-stack.js';
import type { Message } from './sandbox.js';
import { until } from './until.js';

export { ordinaryPath };

/** Continues a reissue until it has made this many calls of the ordinary path. */
export async function continueReissue(
  customer: Customer,
  calls: number,
  options?: CallOptions,
): Promise<void> {
  const taken = customer.reissue
    ? ordinaryPath.findIndex(({ state }) => state === customer.reissue!.state) + 1
    : 0;
  for (const { call, state } of ordinaryPath.slice(taken, calls)) {
    expectSuccess(await call(customer, options));
    expect(customer.reissue?.state).toBe(state);
  }
}

/** A customer for each step of the ordinary path: the n-th has made n calls. */
export async function customersAtEachStep(stack: RunningStack): Promise<Customer[]> {
  const people = await stack.sandbox.makePeople(ordinaryPath.length, 'VALID');
  const crowd = await Promise.all(people.map((person) => stack.customerFor(person)));
  await Promise.all(crowd.map((customer, calls) => continueReissue(customer, calls)));
  return crowd;
}

/** Checks registered reissues: whatever failed on the way, each effect happened exactly once. */
export async function expectCompletedOnce(stack: RunningStack, crowd: readonly Customer[]): Promise<void> {
  for (const customer of crowd) {
    const { reissueId, person } = customer;
    expect(expectSuccess(await customer.fetchReissue()).state).toBe('REGISTERED');
    const made = await stack.db
      .selectFrom('certificate')
      .select(['serial', 'state', 'revoked_at'])
      .where('reissue_id', '=', reissueId)
      .execute();
    const live = made.filter(({ revoked_at }) => revoked_at === null);
    expect(live).toMatchObject([{ serial: customer.reissue?.certificate?.serial, state: 'STORED' }]);
    expect(made.filter(({ state }) => state === 'STORED')).toHaveLength(1);
    expect(await recordedStatusOf(stack.db, oldSerialOf(person))).toBe('REVOKED superseded');
    const left = stack.db.selectFrom('vault_item').select('handle').where('reissue_id', '=', reissueId);
    expect(await left.execute()).toEqual([]);
    await expectNotifiedOnce(stack, customer);
  }
}

/** A customer whose reissue was parked also gets the notification that it continues. */
const withoutResumedMessages = (messages: readonly Message[]) =>
  messages.filter(({ id }) => !id.includes('.RESUMED'));

/** Each message arrives on one channel; on both if the answer of the first provider was lost. Never twice on one of them. */
async function expectNotifiedOnce({ sandbox }: RunningStack, { person, reissueId }: Customer): Promise<void> {
  const wanted = ['NEW_DEVICE', 'REGISTERED'].map((kind) => `${reissueId}.${kind}`);
  const kindsIn = (messages: readonly Message[]) =>
    withoutResumedMessages(messages).map(({ id }) => /ri_[0-9a-f]{32}\.[A-Z_]+/.exec(id)?.[0] ?? 'code');
  const channels = await until(
    `the notifications of ${reissueId}`,
    async () => {
      const inboxes = await Promise.all([sandbox.inbox(person.mobile), sandbox.inbox(person.email)]);
      const arrived = inboxes.map(kindsIn);
      return wanted.every((kind) => arrived.flat().includes(kind)) && arrived;
    },
    { timeoutMs: 45_000 },
  );
  for (const kinds of channels) expect(new Set(kinds).size).toBe(kinds.length);
  expect(new Set(channels.flat())).toEqual(new Set(['code', ...wanted]));
  expect(await sandbox.deposits(person.account.number)).toHaveLength(1);
}
