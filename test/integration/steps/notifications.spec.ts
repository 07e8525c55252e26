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

const issue = async (applicant: Applicant, activities: World['activities'] = world.activities) =>
  perform(world, applicant.reissueId, await applicant.requestCertificate(), { activities });

/** An applicant whose certificate was just issued, by a worker that sent no notification of it. */
async function issuedUnsent(): Promise<Applicant> {
  const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
  await expect(issue(applicant, dying())).resolves.toMatchObject({ status: 'DONE' });
  return applicant;
}

/** How often the notification of the issued certificate reached the applicant, by SMS and by mail. */
const toldOfIssue = ({ reissueId }: Applicant) => {
  const { texts, mails } = world.outside.messenger;
  return [texts, mails].map(
    (messages) => messages.filter(({ messageId }) => messageId === `${reissueId}.ISSUED`).length,
  );
};
const waiting = ({ reissueId }: Applicant) =>
  world.owner
    .selectFrom('notification_outbox')
    .select(['occasion', 'attempts', 'given_up_at'])
    .where('reissue_id', '=', reissueId)
    .execute();
const recorded = async ({ reissueId }: Applicant) => {
  const rows = await world.owner
    .selectFrom('notification')
    .select('channel')
    .where('reissue_id', '=', reissueId)
    .where('moment', '=', 'ISSUED')
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
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    expect(await issue(applicant)).toMatchObject({ notify: ['ISSUED'], notified: ['ISSUED'] });
    expect(toldOfIssue(applicant)).toEqual([1, 1]);
    expect(await recorded(applicant)).toEqual(['MAIL', 'SMS']);
    expect(await waiting(applicant)).toEqual([]);
    const registered = await perform(world, applicant.reissueId, await applicant.proveRegistration());
    expect(registered.notified).toContain('REGISTERED');
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
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    world.outside.messenger.slow = 'before';
    const outbox = world.newOutbox();
    await expect(issue(applicant, world.activitiesWith({ outbox }))).resolves.toMatchObject({
      status: 'DONE',
      notified: ['ISSUED'],
    });
    expect(toldOfIssue(applicant)).toEqual([0, 0]);
    world.outside.messenger.slow = undefined;
    await outbox.stop();
    expect(toldOfIssue(applicant)).toEqual([1, 1]);
  });

  it('The durable activity sends nothing that the outbox has', async () => {
    const applicant = await issuedUnsent();
    await world.activities.notify({ reissueId: applicant.reissueId, moment: 'ISSUED' });
    expect(toldOfIssue(applicant)).toEqual([0, 0]);
    await other.sendDue();
    await world.activities.notify({ reissueId: applicant.reissueId, moment: 'ISSUED' });
    expect(toldOfIssue(applicant)).toEqual([1, 1]);
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
    const applicant = await issuedUnsent();
    await other.sendDue();
    expect(toldOfIssue(applicant)).toEqual([1, 1]);
    expect(await waiting(applicant)).toEqual([]);
  });

  it('What a worker took that died is left alone for a while, and then sent', async () => {
    const applicant = await issuedUnsent();
    const now = world.clock.now();
    const leaseUntil = new Date(now.getTime() + 30 * second);
    await takeNotifications(world.owner, { now, leaseUntil, limit: 10 });
    world.clock.advance(20 * second);
    await other.sendDue();
    expect(toldOfIssue(applicant)).toEqual([0, 0]);
    world.clock.advance(11 * second);
    await other.sendDue();
    expect(toldOfIssue(applicant)).toEqual([1, 1]);
  });

  it('A message that was sent but not recorded is sent again with the same id', async () => {
    const applicant = await issuedUnsent();
    const { messenger } = world.outside;
    messenger.slow = 'after';
    const lost = other.sendDue();
    await until('the messages to be sent', () => toldOfIssue(applicant).join() === '1,1');
    expect(await recorded(applicant)).toEqual([]);
    world.clock.advance(minute);
    const again = world.newOutbox().sendDue();
    await until('the messages to be sent again', () => toldOfIssue(applicant).join() === '2,2');
    messenger.slow = undefined;
    await Promise.all([lost, again]);
    expect(await waiting(applicant)).toEqual([]);
  });

  it('Two workers that look at the same time send each notification once', async () => {
    const applicants = [await issuedUnsent(), await issuedUnsent(), await issuedUnsent()];
    await Promise.all([other.sendDue(2), world.newOutbox().sendDue(2), world.newOutbox().sendDue(2)]);
    await other.sendDue();
    expect(applicants.map(toldOfIssue)).toEqual(Array(3).fill([1, 1]));
  });
});

describe('a provider that fails', () => {
  it('A notification is sent once after the providers were down for ten minutes', async () => {
    const applicant = await issuedUnsent();
    world.outside.messenger.down = true;
    await pass(other, 10 * minute);
    const [row] = await waiting(applicant);
    expect(row).toMatchObject({ given_up_at: null });
    expect(row!.attempts).toBeGreaterThan(3);
    expect(row!.attempts).toBeLessThan(12);
    world.outside.messenger.down = false;
    await pass(other, 5 * minute);
    expect(toldOfIssue(applicant)).toEqual([1, 1]);
    expect(await waiting(applicant)).toEqual([]);
  });

  it('A notification is given up after an hour', async () => {
    const applicant = await issuedUnsent();
    world.outside.messenger.down = true;
    await pass(other, 50 * minute);
    expect(await waiting(applicant)).toMatchObject([{ given_up_at: null }]);
    await pass(other, 15 * minute);
    expect(await waiting(applicant)).toMatchObject([{ given_up_at: expect.any(Date) }]);
    world.outside.messenger.down = false;
    await pass(other, 10 * minute);
    expect(toldOfIssue(applicant)).toEqual([0, 0]);
  });

  it('A notification that was never tried is tried once after that hour', async () => {
    const applicant = await issuedUnsent();
    world.clock.advance(3 * hour);
    await other.sendDue();
    expect(toldOfIssue(applicant)).toEqual([1, 1]);
  });

  it('The channel that works is used at once and only once while the other is down', async () => {
    const applicant = await issuedUnsent();
    const mail = { send: () => Promise.reject(new Error('down')) };
    await pass(world.newOutbox({ mail }), minute);
    expect(toldOfIssue(applicant)).toEqual([1, 0]);
    expect(await recorded(applicant)).toEqual(['SMS']);
    await pass(other, 5 * minute);
    expect(toldOfIssue(applicant)).toEqual([1, 1]);
  });

  it('A refused notification is given up at once, and the other channel is used', async () => {
    const applicant = await issuedUnsent();
    const refusing = world.newOutbox({
      sms: { send: () => Promise.reject(new ProviderRefused('sms answered 400', 400)) },
    });
    await refusing.sendDue();
    expect(refusing.counts).toEqual({ sent: 0, failed: 0, abandoned: 1 });
    expect(await waiting(applicant)).toMatchObject([{ attempts: 1, given_up_at: expect.any(Date) }]);
    await pass(other, 10 * minute);
    expect(toldOfIssue(applicant)).toEqual([0, 1]);
  });
});

it('A worker sends by itself what is due, until it stops', async () => {
  const applicant = await issuedUnsent();
  const outbox = world.newOutbox({ pollMs: 10 });
  outbox.start();
  await until('the notification', () => toldOfIssue(applicant).join() === '1,1');
  await outbox.stop();
  expect(await waiting(applicant)).toEqual([]);
  const later = await issuedUnsent();
  outbox.sendSoon(later.reissueId);
  await outbox.idle();
  expect(await waiting(later)).toMatchObject([{ attempts: 0 }]);
});
