import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultIdentityRates, type IdentityRates } from '#activities/identity';
import { certificateBySerial } from '#libs/db/certificates';
import { passwordCredential } from '#libs/db/identity';
import type { CallOrigin, NotificationKind, StepResult } from '#libs/domain';
import { Applicant } from '../../world/applicant.js';
import { day, hour, minute } from '../../world/movable-clock.js';
import { customer, stranger, type Person } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { outcomeOf } from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld({ identityRates: defaultIdentityRates })));
afterAll(() => world.close());

const agent = 'spec';
const own: CallOrigin = { address: '203.0.113.7', agent, device: 'own-device' };
/** The origin of a call: this address, and always a new device. */
let devices = 0;
const from = (address: string): CallOrigin => ({ address, agent, device: `device-${(devices += 1)}` });
const withoutDevice = ({ address }: CallOrigin): CallOrigin => ({ address, agent });

const wrong = '000000';
const tooFrequent = { status: 'REFUSED', code: 'TOO_FREQUENT' };

/** Starts a reissue for a person, requests the code again and answers wrongly, until every call is refused. */
async function attack(person: Person, origin: CallOrigin, guesses: number): Promise<Record<string, number>> {
  const applicant = await Applicant.of(world, person, { origin });
  const outcomes: Record<string, number> = {};
  const take = async (message: Parameters<typeof perform>[2]): Promise<StepResult> => {
    const result = await perform(world, applicant.reissueId, message);
    const outcome = `${message.kind} ${result.code ?? result.status}`;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    return result;
  };
  if ((await take(applicant.start())).status !== 'DONE') return outcomes;
  await take(applicant.requestChallenges(['PHONE_CODE']));
  for (
    let state = 'IDENTITY_REQUIRED', tries = 0;
    state === 'IDENTITY_REQUIRED' && tries < guesses;
    tries += 1
  ) {
    const result = await take(await applicant.answerChallenges({ PHONE_CODE: wrong }));
    if (result.code === 'TOO_FREQUENT') break;
    state = result.standing.state;
  }
  return outcomes;
}

async function attackOften(person: Person, times: number, addressOf: (n: number) => string, guesses = 1) {
  const total: Record<string, number> = {};
  for (let n = 0; n < times; n += 1)
    for (const [outcome, count] of Object.entries(await attack(person, from(addressOf(n)), guesses)))
      total[outcome] = (total[outcome] ?? 0) + count;
  return total;
}

/** Checks that a stranger's attempts changed nothing for the person. */
async function expectUnharmed(person: Person): Promise<void> {
  const certificate = await certificateBySerial(world.owner, person.oldSerial!);
  expect(certificate).toMatchObject({ revoked_at: null, hold_at: null });
  const credential = await world.owner
    .transaction()
    .execute((tx) => passwordCredential(tx, person.customerId!));
  expect(credential).toMatchObject({ wrong_tries: 0 });
}

const everywhere = (n: number) => `198.51.100.${n + 1}`;
/** Addresses in the network of our own address, and of a new one. */
const nextToUs = (n: number) => `203.0.113.${n + 10}`;
const nextToTheNew = (n: number) => `192.0.2.${n + 1}`;
const fourPlaces = (n: number) => `198.51.100.${(n % 4) + 1}`;
/** Thousands of addresses, all of one customer of an internet provider. */
const oneNetwork = (n: number) => `2001:db8:0:1::${(n + 1).toString(16)}`;

describe('a stranger who starts 100 reissues in a customer’s name', () => {
  it('A stranger with 100 addresses and devices gets few of 100 reissues started, and does not affect known devices', async () => {
    const person = await customer(world);
    await walkTo(world, person, 'PASSWORD_REQUIRED', { origin: own });
    const outcomes = await attackOften(person, 100, everywhere, 5);
    expect(outcomes['start DONE']).toBeLessThanOrEqual(2 * defaultIdentityRates.numberSends.burst);
    expect(outcomes['start TOO_FREQUENT']).toBeGreaterThanOrEqual(80);
    await expectUnharmed(person);
    await walkTo(world, person, 'REGISTERED', { origin: own });
  });

  it.each([
    ['four addresses', fourPlaces],
    ['one IPv6 network', oneNetwork],
  ])('A stranger from %s does not delay an unknown device at another network', async (_, places) => {
    const person = await customer(world);
    const outcomes = await attackOften(person, 30, places);
    expect(outcomes['start TOO_FREQUENT']).toBeGreaterThanOrEqual(10);
    await expectUnharmed(person);
    await walkTo(world, person, 'REGISTERED', { origin: withoutDevice(own) });
  });

  it('A stranger in the customer’s own network only delays an unknown device, and the same call succeeds later', async () => {
    const person = await customer(world);
    await attackOften(person, 30, nextToUs);
    const honest = await Applicant.of(world, person, { origin: own });
    const start = honest.start();
    const refusal = await perform(world, honest.reissueId, start);
    expect(refusal).toMatchObject({ ...tooFrequent, missing: true, requestHmac: start.requestHmac });
    expect(refusal.retryAfterMs).toBeGreaterThan(0);
    expect(refusal.retryAfterMs).toBeLessThanOrEqual(defaultIdentityRates.accountSends.everyMs);
    world.clock.advance(refusal.retryAfterMs! - 1);
    expect(await perform(world, honest.reissueId, start)).toMatchObject({ ...tooFrequent, retryAfterMs: 1 });
    world.clock.advance(1);
    expect(await perform(world, honest.reissueId, start)).toMatchObject({ status: 'DONE' });
    await continueTo(honest, 'REGISTERED');
  });

  it('A stranger who starts 100 reissues for one person delays no other person', async () => {
    await attackOften(await customer(world), 15, () => own.address);
    await walkTo(world, await customer(world), 'REGISTERED', { origin: withoutDevice(own) });
  });
});

describe('wrong answers', () => {
  it('The wrong answers of a day lock a method for their device, and for no other at the same address', async () => {
    const person = await customer(world);
    const theirs = from(own.address);
    for (let reissue = 0; reissue < 3; reissue += 1) {
      world.clock.advance(2 * hour);
      const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED', { origin: theirs });
      for (let i = 0; i < 5; i += 1)
        await perform(world, applicant.reissueId, await applicant.answerChallenges({ PHONE_CODE: wrong }));
      expect((await applicant.row()).state).toBe('REJECTED');
    }
    world.clock.advance(2 * hour);
    const again = await walkTo(world, person, 'IDENTITY_REQUIRED', { origin: theirs });
    const right = await again.answerChallenges({ PHONE_CODE: undefined });
    await perform(world, again.reissueId, right);
    expect((await outcomeOf(again, right.updateId)).results).toMatchObject([{ reason: 'LOCKED' }]);
    await walkTo(world, person, 'PASSWORD_REQUIRED', { origin: own });
  });

  it('Wrong answers that come too often cost no try, send nothing and leave the reissue unchanged', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED', { origin: own });
    await attackOften(person, 20, nextToTheNew);
    world.clock.advance(hour); // enough to start again, but too short to restore all tries
    await attackOften(person, 20, nextToTheNew);
    const fresh = await Applicant.of(world, person, { origin: from('192.0.2.77') });
    expect(await perform(world, fresh.reissueId, fresh.start([]))).toMatchObject({ status: 'DONE' });
    const [compared, sent] = [world.outside.telecom.comparisons.length, world.outside.telecom.sends.length];
    const send = fresh.requestChallenges(['PHONE_CODE']);
    expect(await perform(world, fresh.reissueId, send)).toMatchObject(tooFrequent);
    expect(await perform(world, fresh.reissueId, send)).toMatchObject(tooFrequent);
    expect(world.outside.telecom.sends.length).toBe(sent);
    expect(world.outside.telecom.comparisons.length).toBe(compared);
    expect(await fresh.row()).toMatchObject({ state: 'IDENTITY_REQUIRED', identity_attempts: 5 });
    expect((await applicant.row()).ended_at).toBeNull();
  });

  it('Wrong answers of all sources together are at most twice the limit a day', async () => {
    const rates: IdentityRates = {
      ...defaultIdentityRates,
      personStarts: { burst: 1_000, everyMs: 1 },
      numberSends: { burst: 1_000, everyMs: 1 },
      accountSends: { burst: 1_000, everyMs: 1 },
      personTries: { burst: 5, everyMs: 4 * hour },
    };
    const activities = world.activitiesWith({ identityRates: rates });
    const person = await customer(world);
    const before = world.outside.telecom.comparisons.length;
    for (let n = 0; n < 12; n += 1) {
      world.clock.advance(2 * hour);
      const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED', {
        origin: from(everywhere(n)),
        activities,
      });
      for (let i = 0; i < 5; i += 1) {
        const guess = await applicant.answerChallenges({ PHONE_CODE: wrong });
        await perform(world, applicant.reissueId, guess, { activities });
      }
    }
    const guesses = world.outside.telecom.comparisons.length - before;
    const { burst, everyMs } = rates.personTries;
    expect(guesses).toBeLessThanOrEqual(2 * (burst + day / everyMs));
    expect(guesses).toBeGreaterThan(burst);
  });
});

describe('the limit of a number', () => {
  it('The limit of a number holds for every name that is given with it', async () => {
    const { mobile } = await customer(world);
    const { burst } = defaultIdentityRates.numberSends;
    const outcomes = [];
    for (let n = 0; n < 2 * burst; n += 1) {
      const applicant = await Applicant.of(world, { ...stranger(world), mobile }, { origin: own });
      const { code, status } = await perform(world, applicant.reissueId, applicant.start(['PHONE_CODE']));
      outcomes.push(code ?? status);
    }
    const firstTime = 1;
    const fromOneAddress = burst + burst / 5 + firstTime;
    expect(outcomes).toEqual([
      ...Array<string>(fromOneAddress).fill('DONE'),
      ...Array<string>(2 * burst - fromOneAddress).fill('TOO_FREQUENT'),
    ]);
  });
});

describe('a person the bank does not know', () => {
  it('An unknown person meets the same limits at the same times', async () => {
    const met = async (person: Person) => {
      const outcomes = [];
      for (let n = 0; n < 22; n += 1) {
        const applicant = await Applicant.of(world, person, { origin: from(fourPlaces(n)) });
        const { status, code, retryAfterMs } = await perform(world, applicant.reissueId, applicant.start());
        outcomes.push({ status, code, retryAfterMs });
      }
      return outcomes;
    };
    const known = await met(await customer(world));
    expect(known.filter(({ code }) => code === 'TOO_FREQUENT')).not.toEqual([]);
    expect(await met(stranger(world))).toEqual(known);
  });
});

describe('notices', () => {
  /** The notifications of a step, from the result that the workflow gets. */
  const lockIn = async (person: Person): Promise<readonly NotificationKind[]> => {
    const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED', {
      origin: from(everywhere(devices % 200)),
    });
    const told: NotificationKind[] = [];
    for (let i = 0; i < 5; i += 1) {
      const message = await applicant.answerChallenges({ PHONE_CODE: wrong });
      told.push(...((await perform(world, applicant.reissueId, message)).notify ?? []));
    }
    return told;
  };
  const toldTo = (person: Person) => world.outside.messenger.notificationsTo(person);

  it('Notifications of a lock go to the contact on file, once a reissue and three times a day, without a second one for the rejection', async () => {
    const person = await customer(world);
    for (let i = 0; i < 3; i += 1) {
      world.clock.advance(30 * minute);
      expect(await lockIn(person)).toEqual(['IDENTITY_LOCKED']);
    }
    world.clock.advance(30 * minute);
    expect(await lockIn(person)).toEqual([]);
    const texts = world.outside.messenger.texts.filter(({ to }) => to === person.mobile);
    expect(texts.map(({ messageId }) => messageId.split('.')[1])).toEqual(Array(3).fill('IDENTITY_LOCKED'));
    world.clock.advance(8 * hour);
    expect(await lockIn(person)).toEqual(['IDENTITY_LOCKED']);
  });

  it('Notifications of a lock are counted alike for unknown persons and sent to no one', async () => {
    const person = stranger(world);
    expect(await lockIn(person)).toEqual(['IDENTITY_LOCKED']);
    expect(toldTo(person)).toEqual([]);
  });

  it('The notification of a new device is sent once, after identity was verified on it', async () => {
    const person = await customer(world);
    const verify = async (origin: CallOrigin) => {
      const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED', { origin });
      const message = await applicant.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined });
      const { notify } = await perform(world, applicant.reissueId, message);
      return notify;
    };
    expect(await verify(own)).toEqual(['NEW_DEVICE']);
    expect(toldTo(person)).toEqual(['NEW_DEVICE']);
    expect(await verify(own)).toEqual([]);
    expect(await verify(from(own.address))).toEqual(['NEW_DEVICE']);
    expect(await verify(withoutDevice(own))).toEqual(['NEW_DEVICE']);
    expect(await verify(own)).toEqual([]);
    const known = world.owner.selectFrom('known_device').select('device');
    expect(await known.where('customer_id', '=', person.customerId!).execute()).toHaveLength(2);
  });

  it('The notification of a new device is not sent to a person whose name and number alone were used', async () => {
    const person = await customer(world);
    await attack(person, from('192.0.2.99'), 1);
    const known = world.owner.selectFrom('known_device').select('device');
    expect(await known.where('customer_id', '=', person.customerId!).execute()).toEqual([]);
  });
});
