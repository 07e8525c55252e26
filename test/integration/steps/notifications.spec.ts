import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NotificationOutbox } from '#activities/notification';
import { takeNotifications } from '#libs/db/reissues';
import { ProviderRefused } from '#libs/provider-client';
import { until } from '../../support/until.js';
import type { Applicant } from '../../world/applicant.js';
import { hour, minute, second } from '../../world/movable-clock.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
/** A worker whose outbox looks for what is due when a test says so. */
let other: NotificationOutbox;
beforeAll(async () => {
  world = await createWorld();
  other = world.newOutbox();
});
afterEach(async () => {
  world.outside.messenger.down = false;
  world.outside.messenger.slow = undefined;
  await world.owner.deleteFrom('notification_outbox').execute();
});
afterAll(() => world.close());

/** Activities of a worker that dies as soon as a step is committed. */
const dying = () => world.activitiesWith({ outbox: { sendSoon: () => undefined } });

const register = async (applicant: Applicant, activities: World['activities'] = world.activities) =>
  perform(world, applicant.reissueId, await applicant.proveRegistration(), { activities });

/** An applicant whose certificate was just registered, by a worker that sent no notification of it. */
async function registeredUnsent(): Promise<Applicant> {
  const applicant = await walkTo(world, await customer(world), 'ISSUED');
  await expect(register(applicant, dying())).resolves.toMatchObject({ status: 'DONE' });
  return applicant;
}

/** How often a notification reached the applicant, by SMS and by mail. */
const received = ({ reissueId }: Applicant, kind = 'REGISTERED') => {
  const { texts, mails } = world.outside.messenger;
  return [texts, mails].map(
    (messages) => messages.filter(({ messageId }) => messageId === `${reissueId}.${kind}`).length,
  );
};
const waiting = ({ reissueId }: Applicant) =>
  world.owner
    .selectFrom('notification_outbox')
    .select(['occasion', 'attempts', 'given_up_at'])
    .where('reissue_id', '=', reissueId)
    .where('occasion', '=', 'REGISTERED')
    .execute();
const recorded = async ({ reissueId }: Applicant) => {
  const rows = await world.owner
    .selectFrom('notification')
    .select('channel')
    .where('reissue_id', '=', reissueId)
    .where('moment', '=', 'REGISTERED')
    .orderBy('channel')
    .execute();
  return rows.map(({ channel }) => channel);
};

/** Lets time pass while the worker looks for what is due. */
async function pass(outbox: NotificationOutbox, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 15 * second) {
    world.clock.advance(15 * second);
    await outbox.sendDue();
  }
}

describe('the notifications of a step', () => {
  it('A step leaves its notifications to the outbox, tells the workflow so, and they are sent', async () => {
    const applicant = await walkTo(world, await customer(world), 'ISSUED');
    expect((await register(applicant)).notified).toEqual(['REGISTERED']);
    expect(received(applicant)).toEqual([1, 0]);
    expect(await recorded(applicant)).toEqual(['SMS']);
    expect(await waiting(applicant)).toEqual([]);
  });

  it('Each notification is sent once when the worker dies before it reports the step', async () => {
    const applicant = await walkTo(world, await customer(world), 'REGISTERED', { crashing: true });
    const sent = world.outside.messenger.texts
      .filter(({ to }) => to === applicant.person.mobile)
      .map(({ messageId }) => messageId);
    expect(sent.length).toBeGreaterThan(0);
    expect(new Set(sent).size).toBe(sent.length);
  });

  it('A step does not wait for its notifications', async () => {
    const applicant = await walkTo(world, await customer(world), 'ISSUED');
    world.outside.messenger.slow = 'before';
    const outbox = world.newOutbox();
    await expect(register(applicant, world.activitiesWith({ outbox }))).resolves.toMatchObject({
      status: 'DONE',
      notified: ['REGISTERED'],
    });
    expect(received(applicant)).toEqual([0, 0]);
    world.outside.messenger.slow = undefined;
    await outbox.stop();
    expect(received(applicant)).toEqual([1, 0]);
  });

  it('The durable activity sends nothing that the outbox has', async () => {
    const applicant = await registeredUnsent();
    await world.activities.notify({ reissueId: applicant.reissueId, moment: 'REGISTERED' });
    expect(received(applicant)).toEqual([0, 0]);
    await other.sendDue();
    await world.activities.notify({ reissueId: applicant.reissueId, moment: 'REGISTERED' });
    expect(received(applicant)).toEqual([1, 0]);
  });

  it('An older reissue that a step ended is notified of at once', async () => {
    const older = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    await walkTo(world, older.person, 'PASSWORD_REQUIRED');
    expect(world.outside.messenger.texts.map(({ messageId }) => messageId)).toContain(
      `${older.reissueId}.CANCELLED`,
    );
  });
});

describe('a worker that dies', () => {
  it('Another worker sends what a worker left that died after its commit', async () => {
    const applicant = await registeredUnsent();
    await other.sendDue();
    expect(received(applicant)).toEqual([1, 0]);
    expect(await waiting(applicant)).toEqual([]);
  });

  it('What a worker took that died is left alone for a while, and then sent', async () => {
    const applicant = await registeredUnsent();
    const now = world.clock.now();
    const leaseUntil = new Date(now.getTime() + 30 * second);
    await takeNotifications(world.owner, { now, leaseUntil, limit: 10 });
    world.clock.advance(20 * second);
    await other.sendDue();
    expect(received(applicant)).toEqual([0, 0]);
    world.clock.advance(11 * second);
    await other.sendDue();
    expect(received(applicant)).toEqual([1, 0]);
  });

  it('A message that was sent but not recorded is sent again with the same id', async () => {
    const applicant = await registeredUnsent();
    const { messenger } = world.outside;
    messenger.slow = 'after';
    const lost = other.sendDue();
    await until('the messages to be sent', () => received(applicant).join() === '1,0');
    expect(await recorded(applicant)).toEqual([]);
    world.clock.advance(minute);
    const again = world.newOutbox().sendDue();
    await until('the messages to be sent again', () => received(applicant).join() === '2,0');
    messenger.slow = undefined;
    await Promise.all([lost, again]);
    expect(await waiting(applicant)).toEqual([]);
  });

  it('Two workers that look at the same time send each notification once', async () => {
    const applicants = [await registeredUnsent(), await registeredUnsent(), await registeredUnsent()];
    await Promise.all([other.sendDue(2), world.newOutbox().sendDue(2), world.newOutbox().sendDue(2)]);
    await other.sendDue();
    expect(applicants.map((each) => received(each))).toEqual(Array(3).fill([1, 0]));
  });
});

describe('a provider that fails', () => {
  it('A notification is sent once after the providers were down for ten minutes', async () => {
    const applicant = await registeredUnsent();
    world.outside.messenger.down = true;
    await pass(other, 10 * minute);
    const [row] = await waiting(applicant);
    expect(row).toMatchObject({ given_up_at: null });
    expect(row!.attempts).toBeGreaterThan(3);
    expect(row!.attempts).toBeLessThan(12);
    world.outside.messenger.down = false;
    await pass(other, 5 * minute);
    expect(received(applicant)).toEqual([1, 0]);
    expect(await waiting(applicant)).toEqual([]);
  });

  it('A notification is given up after an hour', async () => {
    const applicant = await registeredUnsent();
    world.outside.messenger.down = true;
    await pass(other, 50 * minute);
    expect(await waiting(applicant)).toMatchObject([{ given_up_at: null }]);
    await pass(other, 15 * minute);
    expect(await waiting(applicant)).toMatchObject([{ given_up_at: expect.any(Date) }]);
    world.outside.messenger.down = false;
    await pass(other, 10 * minute);
    expect(received(applicant)).toEqual([0, 0]);
  });

  it('A notification that was never tried is tried once after that hour', async () => {
    const applicant = await registeredUnsent();
    world.clock.advance(3 * hour);
    await other.sendDue();
    expect(received(applicant)).toEqual([1, 0]);
  });

  it('The other channel is used after a few tries, and then the first one no more', async () => {
    const applicant = await registeredUnsent();
    const sms = { send: () => Promise.reject(new Error('down')) };
    const outbox = world.newOutbox({ sms });
    await outbox.sendDue();
    expect(received(applicant)).toEqual([0, 0]);
    await pass(outbox, minute);
    expect(received(applicant)).toEqual([0, 1]);
    expect(await recorded(applicant)).toEqual(['MAIL']);
    await pass(other, 5 * minute);
    expect(received(applicant)).toEqual([0, 1]);
  });

  it('The other channel is used at once for a message that the first one refuses', async () => {
    const applicant = await registeredUnsent();
    const refusing = world.newOutbox({
      sms: { send: () => Promise.reject(new ProviderRefused('sms answered 400', 400)) },
    });
    await refusing.sendDue();
    expect(received(applicant)).toEqual([0, 1]);
    expect(await waiting(applicant)).toEqual([]);
  });

  it('A notification that both channels refuse is given up at once', async () => {
    const applicant = await registeredUnsent();
    const refuse = { send: () => Promise.reject(new ProviderRefused('answered 400', 400)) };
    const refusing = world.newOutbox({ sms: refuse, mail: refuse });
    await refusing.sendDue();
    expect(refusing.counts).toEqual({ sent: 0, failed: 0, abandoned: 1 });
    expect(await waiting(applicant)).toMatchObject([{ attempts: 1, given_up_at: expect.any(Date) }]);
  });
});

describe('the messages of a whole reissue', () => {
  const kinds = ({ person }: Applicant) => world.outside.messenger.notificationsTo(person);

  it('A customer who finishes at once gets one message of the device and one of the new certificate', async () => {
    const applicant = await walkTo(world, await customer(world), 'REGISTERED');
    await pass(other, hour);
    expect(kinds(applicant)).toEqual(['NEW_DEVICE', 'REGISTERED']);
    expect([received(applicant, 'NEW_DEVICE'), received(applicant)]).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it('A customer who leaves after the issuance gets a message of it after five minutes', async () => {
    const applicant = await walkTo(world, await customer(world), 'ISSUED');
    await pass(other, 4 * minute);
    expect(kinds(applicant)).toEqual(['NEW_DEVICE']);
    await pass(other, 2 * minute);
    expect(kinds(applicant)).toEqual(['NEW_DEVICE', 'ISSUED']);
    expect((await other.lag()).waiting).toBe(0);
  });

  it('A message of a suspended certificate replaces the one of the device', async () => {
    const applicant = await walkTo(world, await customer(world), 'PASSWORD_REQUIRED', { reason: 'LOST' });
    await pass(other, minute);
    expect(kinds(applicant)).toEqual(['HELD']);
  });

  it('A message is in the language of the terms that the customer accepted, with the receipt number', async () => {
    for (const [locale, pattern] of [
      ['ko', /^\[한별은행\][^a-z]*고객센터 1500-0000$/],
      ['en', /^\[Hanbyeol Bank\][^가-힣]*Call centre 1500-0000$/],
    ] as const) {
      const applicant = await walkTo(world, await customer(world), 'ISSUED', { locale });
      await register(applicant);
      const { receipt_number } = await applicant.row();
      const sms = world.outside.messenger.texts.find(
        ({ messageId }) => messageId === `${applicant.reissueId}.REGISTERED`,
      );
      expect(sms?.text).toMatch(pattern);
      expect(sms?.text).toContain(receipt_number);
    }
  });
});

it('A worker sends by itself what is due, until it stops', async () => {
  const applicant = await registeredUnsent();
  const outbox = world.newOutbox({ pollMs: 10 });
  outbox.start();
  await until('the notification', () => received(applicant).join() === '1,0');
  await outbox.stop();
  expect(await waiting(applicant)).toEqual([]);
  const later = await registeredUnsent();
  outbox.sendSoon(later.reissueId);
  await outbox.idle();
  expect(await waiting(later)).toMatchObject([{ attempts: 0 }]);
});
