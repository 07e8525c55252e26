import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createOneWonProvider, createTelecomProvider } from '#activities/identity';
import type { CircuitChange } from '#libs/provider-client';
import type { Fault, Provider } from '../support/sandbox.js';
import { until } from '../support/until.js';
import { Applicant } from '../world/applicant.js';
import { startOwnSandbox, type OwnSandbox } from '../world/own-sandbox.js';
import type { Person } from '../world/people.js';
import { perform } from '../world/perform.js';
import { outcomeOf } from '../world/records.js';
import { createWorld, type World } from '../world/world.js';

/** The worker's identity providers, and a sandbox with both telecom companies and the bank that transfers one won. */
let world: World;
let own: OwnSandbox;
beforeAll(async () => {
  world = await createWorld();
  own = await startOwnSandbox(world);
});
afterAll(async () => {
  await own?.close();
  await world?.close();
});

let activities: World['activities'];
let changes: CircuitChange[];
beforeEach(() => {
  changes = [];
  // Each test starts with new workers, which remember no failures.
  const options = {
    timeoutMs: 500,
    totalMs: 1_500,
    retryMs: 5,
    circuit: {
      failures: 3,
      openMs: 100,
      longestOpenMs: 100,
      onChange: (change: CircuitChange) => changes.push(change),
    },
  };
  activities = world.activitiesWith({
    providers: [
      createTelecomProvider({ urls: [`${own.url}/v1/telecom`, `${own.url}/v1/telecom-2`], ...options }),
      createOneWonProvider({ urls: [`${own.url}/v1/one-won`], ...options }),
    ],
  });
});
afterEach(() => own.sandbox.clearFaults());

const fault = (provider: Provider, mode: Fault['mode'], ms?: number) =>
  own.sandbox.setFault(provider, { mode, ...(ms === undefined ? {} : { ms }) });
const retry = (parkSequence: number) =>
  ({ kind: 'retry', operator: 'staff:oscar', reason: 'the provider is back', parkSequence }) as const;

/** An applicant whom the bank and the telecom companies know, before a phone code is sent. */
class PhoneOwner {
  private constructor(
    readonly person: Person,
    readonly applicant: Applicant,
  ) {}

  static async arrive(): Promise<PhoneOwner> {
    const { personId, account, certificatePassword, ...known } = await own.sandbox.makePerson('VALID');
    const person: Person = {
      customerId: personId,
      name: known.name,
      mobile: known.mobile,
      ci: known.ci,
      rrn: known.rrn,
      account: account.number,
      password: certificatePassword,
      oldSerial: undefined,
      oldKey: undefined,
      oldCertificate: undefined,
      oldRandom: known.oldRandom!,
    };
    return new PhoneOwner(person, await Applicant.of(world, person));
  }

  start() {
    return this.take(this.applicant.start(['PHONE_CODE']));
  }

  async answer(code?: string) {
    return this.take(await this.applicant.answerChallenges({ PHONE_CODE: code ?? (await this.code()) }));
  }

  take(message: Parameters<typeof perform>[2]) {
    return perform(world, this.applicant.reissueId, message, { activities });
  }

  code(): Promise<string> {
    return own.sandbox.phoneCode(this.person);
  }

  /** The telecom companies that sent a message, in order. The ids of messages begin with the company's name. */
  async senders(): Promise<string[]> {
    const messages = await own.sandbox.inbox(this.person.mobile);
    return messages.map(({ id }) => id.split('/')[0]!).reverse();
  }

  /** The stored provider of the transaction: the last part of its address. */
  async noted(): Promise<string | null | undefined> {
    const row = await world.owner
      .selectFrom('challenge')
      .select('provider')
      .where('reissue_id', '=', this.applicant.reissueId)
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.provider?.split('/').at(-1) ?? row?.provider;
  }
}

const verified = { status: 'DONE' };
const accepted = { results: [{ accepted: true }] };

describe('a code by phone', () => {
  it('A code comes from the second company while the first is down, and the second compares it later', async () => {
    const owner = await PhoneOwner.arrive();
    await fault('telecom', 'down');
    await expect(owner.start()).resolves.toMatchObject(verified);
    expect(await owner.senders()).toEqual(['telecom-2']);
    expect(await owner.noted()).toBe('telecom-2');
    await own.sandbox.clearFaults();
    const message = await owner.applicant.answerChallenges({ PHONE_CODE: await owner.code() });
    await owner.take(message);
    expect(await outcomeOf(owner.applicant, message.updateId)).toMatchObject(accepted);
  });

  it('A code is not compared by a company that did not send it', async () => {
    const owner = await PhoneOwner.arrive();
    await fault('telecom', 'down');
    await owner.start();
    await own.sandbox.clearFaults();
    await fault('telecom-2', 'down');
    const message = await owner.applicant.answerChallenges({ PHONE_CODE: await owner.code() });
    await expect(owner.take(message)).resolves.toMatchObject({
      status: 'PARKED',
      standing: { parked: { step: 'VERIFY_CHALLENGES' } },
    });
    await own.sandbox.clearFaults();
    await delay(150); // until the circuit breaker lets a call through
    await owner.take(retry(1));
    expect(await outcomeOf(owner.applicant, message.updateId)).toMatchObject(accepted);
  });

  it.each(['lost', 'twice'] as const)(
    'A code is sent once and compared once when the company’s answers are %s',
    async (mode) => {
      const owner = await PhoneOwner.arrive();
      await fault('telecom', mode);
      await expect(owner.start()).resolves.toMatchObject(verified);
      expect(await owner.senders()).toEqual(['telecom']);
      const message = await owner.applicant.answerChallenges({ PHONE_CODE: await owner.code() });
      await owner.take(message);
      expect(await outcomeOf(owner.applicant, message.updateId)).toMatchObject(accepted);
    },
  );

  it('A code that arrives after the worker’s timeout comes from one company only', async () => {
    const owner = await PhoneOwner.arrive();
    await fault('telecom', 'slow', 1_200);
    await expect(owner.start()).resolves.toMatchObject({ status: 'PARKED' });
    expect(await owner.noted()).toBe('telecom');
    await until('the late code', async () => (await owner.senders()).length > 0);
    await own.sandbox.clearFaults();
    await delay(150);
    await expect(owner.take(retry(1))).resolves.toMatchObject(verified);
    expect(await owner.senders()).toEqual(['telecom']);
    const message = await owner.applicant.answerChallenges({ PHONE_CODE: await owner.code() });
    await owner.take(message);
    expect(await outcomeOf(owner.applicant, message.updateId)).toMatchObject(accepted);
  });

  it('A code waits for the operator while both companies are down, and the retry sends one', async () => {
    const owner = await PhoneOwner.arrive();
    await fault('telecom', 'down');
    await fault('telecom-2', 'down');
    await expect(owner.start()).resolves.toMatchObject({
      status: 'PARKED',
      standing: { parked: { step: 'SEND_CHALLENGES', code: 'DEPENDENCY_UNAVAILABLE' } },
    });
    expect(await owner.noted()).toBeNull();
    await fault('telecom-2', 'ok');
    await delay(150);
    await expect(owner.take(retry(1))).resolves.toMatchObject(verified);
    expect(await owner.senders()).toEqual(['telecom-2']);
    await expect(owner.answer()).resolves.toMatchObject(verified);
  });

  it('A code that an older worker may have requested is looked up everywhere before another is sent', async () => {
    const owner = await PhoneOwner.arrive();
    await fault('telecom', 'down');
    await owner.start();
    const { reissueId } = owner.applicant;
    const { update_id: updateId } = await world.owner
      .updateTable('challenge')
      .set({ provider: null, state: 'PREPARED' })
      .where('reissue_id', '=', reissueId)
      .returning('update_id')
      .executeTakeFirstOrThrow();
    await world.owner
      .updateTable('reissue')
      .set({ identity_rule: null, park_sequence: 1 })
      .where('reissue_id', '=', reissueId)
      .execute();
    const again = () =>
      new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(() =>
        activities.sendChallenges({ reissueId, updateId }),
      );
    await expect(again()).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    await own.sandbox.clearFaults();
    await delay(150);
    await again();
    expect(await owner.senders()).toEqual(['telecom-2']);
    expect(await owner.noted()).toBe('telecom-2');
  });

  it('A code is not requested for another carrier, and the answer looks the same', async () => {
    const owner = await PhoneOwner.arrive();
    const { carrier } = (await own.sandbox.people()).find(({ mobile }) => mobile === owner.person.mobile)!;
    const { name, mobile } = owner.person;
    const start = owner.applicant.start(['PHONE_CODE']);
    const other = carrier === 'KT' ? 'SKT' : 'KT';
    await expect(
      owner.take({ ...start, applicant: { name, mobile, carrier: other } }),
    ).resolves.toMatchObject(verified);
    expect(await owner.senders()).toEqual([]);
    const again = await PhoneOwner.arrive();
    const right = (await own.sandbox.people()).find((each) => each.mobile === again.person.mobile)!;
    await again.take({
      ...again.applicant.start(['PHONE_CODE']),
      applicant: { name: right.name, mobile: right.mobile, carrier: right.carrier },
    });
    expect(await again.senders()).toEqual(['telecom']);
  });
});

describe('a customer who has cancelled', () => {
  it('A cancelled reissue stays cancelled when the company’s answer comes later', async () => {
    const owner = await PhoneOwner.arrive();
    await owner.start();
    const message = await owner.applicant.answerChallenges({ PHONE_CODE: await owner.code() });
    await fault('telecom', 'slow', 200);
    const answering = owner.take(message);
    await delay(80);
    await expect(owner.take(owner.applicant.cancel())).resolves.toMatchObject({
      standing: { state: 'CANCELLED' },
    });
    await expect(answering).resolves.toMatchObject({
      status: 'REFUSED',
      code: 'WRONG_STATE',
      standing: { state: 'CANCELLED' },
    });
  });
});

describe('the circuit of a company', () => {
  it('The circuit of a company opens while it is down and closes again, while the other company sends', async () => {
    await fault('telecom', 'down');
    for (let index = 0; index < 4; index += 1) {
      const owner = await PhoneOwner.arrive();
      await owner.start();
      expect(await owner.senders()).toEqual(['telecom-2']);
    }
    const states = () =>
      changes.filter(({ address }) => address.endsWith('/v1/telecom')).map(({ circuit }) => circuit);
    expect(states().slice(0, 2)).toEqual(['closed', 'open']);
    await own.sandbox.clearFaults();
    await delay(150);
    const owner = await PhoneOwner.arrive();
    await owner.start();
    expect(await owner.senders()).toEqual(['telecom']);
    expect(states().slice(-2)).toEqual(['half-open', 'closed']);
  });
});

describe('the companies of the sandbox', () => {
  it('The companies of the sandbox do not know each other’s codes', async () => {
    const { person } = await PhoneOwner.arrive();
    const post = (path: string, body: object) =>
      fetch(own.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const transactionId = randomUUID();
    await post('/v1/telecom-2/codes', { transactionId, name: person.name, mobile: person.mobile });
    const code = await own.sandbox.phoneCode(person);
    const compare = (company: string) =>
      post(`/v1/${company}/verifications`, { transactionId, attemptId: randomUUID(), code });
    expect((await compare('telecom')).status).toBe(404);
    await expect((await compare('telecom-2')).json()).resolves.toEqual({ status: 'MATCHED', ci: person.ci });
  });
});
