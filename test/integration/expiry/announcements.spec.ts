import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { pino } from 'pino';
import { changeOne } from '#activities/revocation';
import { certificateEventDataSchema } from '#libs/contracts';
import { startOfKoreanDay } from '#libs/domain';
import { createEventRelay } from '#libs/events';
import { ProviderUnavailable } from '#libs/provider-client';
import { readAddresses } from '../../support/addresses.js';
import { readEvents } from '../../support/kafka.js';
import {
  announceAll,
  endOfDay,
  enrolHolders,
  sendAll,
  type Holder,
} from '../../world/expiring-certificates.js';
import { day, hour, minute } from '../../world/movable-clock.js';
import { customer } from '../../world/people.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

/** Noon in Korea. */
const noon = new Date('2026-11-05T03:04:05.678Z');
const announcement = 'reseal.certificate.expiring.v1';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());
beforeEach(async () => {
  await sql`TRUNCATE customer, certificate, reissue, event CASCADE`.execute(world.owner);
  world.clock.set(noon);
  const { messenger } = world.outside;
  messenger.texts.splice(0);
  messenger.mails.splice(0);
  messenger.down = false;
});

const enrol = (count: number, daysLeft: number, changes: object = {}) =>
  enrolHolders(world.owner, count, { not_after: endOfDay(world.clock.now(), daysLeft), ...changes });
async function one(daysLeft: number, changes: object = {}): Promise<Holder> {
  const [holder] = await enrol(1, daysLeft, changes);
  return holder!;
}

/** A run of the schedule. */
const run = async (activities: World['activities'] = world.activities) => ({
  announced: await announceAll(activities),
  sent: await sendAll(activities),
});
const textsTo = ({ mobile }: Pick<Holder, 'mobile'>) =>
  world.outside.messenger.texts
    .filter(({ to, messageId }) => to === mobile && messageId.startsWith('expiry.'))
    .map(({ text }) => text);
const mailsTo = ({ email }: Pick<Holder, 'email'>) =>
  world.outside.messenger.mails
    .filter(({ to, messageId }) => to === email && messageId.startsWith('expiry.'))
    .map(({ text }) => text);
const daysAnnounced = async (serial: string) => {
  const events = await world.owner
    .selectFrom('event')
    .select('data')
    .where('stream', '=', serial)
    .where('type', '=', announcement)
    .orderBy('sequence')
    .execute();
  return events.map(({ data }) => data['daysLeft']);
};
const outcomesOf = async (serial: string) => {
  const rows = await world.owner
    .selectFrom('expiry_announcement')
    .select(['days_left', 'outcome'])
    .where('serial', '=', serial)
    .orderBy('announced_at')
    .execute();
  return rows.map(({ days_left, outcome }) => [days_left, outcome]);
};

describe('the announcement of a certificate that expires', () => {
  it('A certificate is announced 30, 7 and 1 days before it expires and on the day after, once each, by SMS', async () => {
    const holder = await one(31);
    const others = await enrol(3, 300);
    const announcedOn: number[] = [];
    for (let daysLeft = 31; daysLeft >= -10; daysLeft -= 1) {
      const { announced, sent } = await run();
      expect(sent).toBe(announced);
      if (announced > 0) announcedOn.push(daysLeft);
      expect(await run()).toEqual({ announced: 0, sent: 0 });
      world.clock.advance(day);
    }
    expect(announcedOn).toEqual([30, 7, 1, -1]);
    expect(await daysAnnounced(holder.serial)).toEqual([30, 7, 1, -1]);
    expect(await outcomesOf(holder.serial)).toEqual([30, 7, 1, -1].map((days) => [days, 'SENT']));
    const texts = textsTo(holder);
    expect(texts).toHaveLength(4);
    expect(mailsTo(holder)).toEqual([]);
    expect(texts[0]).toContain('12월 6일에 만료됩니다');
    expect(texts[3]).toContain('12월 6일에 만료되었습니다');
    for (const text of texts) expect(text).toContain('\nhttps://reissue.bank.example/?reason=EXPIRED');
    expect(new Set(world.outside.messenger.texts.map(({ messageId }) => messageId)).size).toBe(4);
    for (const { serial } of others) expect(await outcomesOf(serial)).toEqual([]);
  });

  it('The event reaches Kafka as a CloudEvent with the announcement, and without personal data', async () => {
    const { serial } = await one(7);
    await announceAll(world.activities);
    const brokers = readAddresses().kafkaBrokers;
    const relay = createEventRelay({
      databaseUrl: world.urlOf('worker'),
      db: world.as('worker', 2),
      brokers,
      source: '/reseal/spec',
      clock: world.clock.now,
      logger: pino({ level: 'silent' }),
      timing: { pollMs: 200 },
    });
    relay.start();
    try {
      const [received] = await readEvents({ brokers, keys: [serial], until: ({ length }) => length === 1 });
      expect(received).toMatchObject({
        topic: 'reseal.certificate',
        key: serial,
        event: {
          type: announcement,
          subject: serial,
          time: noon.toISOString(),
          data: { serial, daysLeft: 7 },
        },
      });
      const { data } = received!.event;
      expect(Object.keys(data!).sort()).toEqual([
        'customerRef',
        'daysLeft',
        'notAfter',
        'notBefore',
        'serial',
      ]);
      expect(certificateEventDataSchema.safeParse(data).success).toBe(true);
    } finally {
      await relay.stop();
    }
  });

  it('Announcements that were missed for days are made late, and only the latest of them', async () => {
    const [soon, tomorrow, expired, long] = [await one(5), await one(0), await one(-7), await one(-8)];
    expect(await run()).toEqual({ announced: 3, sent: 3 });
    expect(await daysAnnounced(soon.serial)).toEqual([7]);
    expect(await daysAnnounced(tomorrow.serial)).toEqual([1]);
    expect(await daysAnnounced(expired.serial)).toEqual([-1]);
    expect(await daysAnnounced(long.serial)).toEqual([]);
  });

  it('A certificate that is valid for ten days is announced a week before its end first', async () => {
    const holder = await one(10, { not_before: noon, registered_at: noon });
    for (let passed = 0; passed < 12; passed += 1) {
      await run();
      world.clock.advance(day);
    }
    expect(await daysAnnounced(holder.serial)).toEqual([7, 1, -1]);
  });

  it('The next event of the certificate has the next number in its stream', async () => {
    const { serial } = await one(7);
    await run();
    await changeOne({ db: world.as('worker', 2), clock: world.clock.now, actor: 'staff:spec' }, serial, {
      act: 'hold',
    });
    const events = world.owner.selectFrom('event').select(['sequence', 'type']).where('stream', '=', serial);
    const [first, second] = await events.orderBy('sequence').execute();
    expect([first?.type, second?.type]).toEqual([announcement, 'reseal.certificate.held.v1']);
    expect(second!.sequence).toBe(first!.sequence + 1);
  });
});

describe('a certificate that is not announced', () => {
  it.each([
    ['was revoked', { revoked_at: noon, revocation_reason: 'keyCompromise' }],
    ['is on hold', { hold_at: noon }],
    ['was replaced', { on_file: false }],
  ])('A certificate that %s is not announced', async (_what, changes) => {
    const { serial } = await one(7, changes);
    expect(await run()).toEqual({ announced: 0, sent: 0 });
    expect(await outcomesOf(serial)).toEqual([]);
  });

  it('A certificate of an erased customer is not announced', async () => {
    const { customer_id } = await one(7);
    await world.owner
      .updateTable('customer')
      .set({ erased_at: noon, mobile: '', email: null })
      .where('customer_id', '=', customer_id)
      .execute();
    expect(await run()).toEqual({ announced: 0, sent: 0 });
  });

  it('A holder with an open reissue is not notified until it has ended without a new certificate', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'PASSWORD_REQUIRED');
    const { customer_id } = await applicant.row();
    const holder = await one(7);
    await sql`UPDATE certificate SET on_file = false WHERE customer_id = ${customer_id}`.execute(world.owner);
    await sql`UPDATE certificate SET customer_id = ${customer_id} WHERE serial = ${holder.serial}`.execute(
      world.owner,
    );
    expect(await run()).toEqual({ announced: 0, sent: 0 });
    await sql`UPDATE reissue SET ended_at = ${noon}, state = 'CANCELLED' WHERE reissue_id = ${applicant.reissueId}`.execute(
      world.owner,
    );
    expect(await run()).toEqual({ announced: 1, sent: 1 });
  });

  it('Nothing is announced without an address of the page', async () => {
    await one(7);
    const activities = world.activitiesWith({
      expiry: { days: [7], pageUrl: undefined, perSecond: 10 },
    });
    expect(await run(activities)).toEqual({ announced: 0, sent: 0 });
  });

  it('A certificate that is revoked between the event and the message is not announced to its holder', async () => {
    const [holder, other] = [await one(7), await one(7)];
    expect(await announceAll(world.activities)).toBe(2);
    const revoked = await changeOne(
      { db: world.as('worker', 2), clock: world.clock.now, actor: 'staff:spec' },
      holder.serial,
      { act: 'revoke', reason: 'keyCompromise' },
    );
    expect(revoked.outcome).toBe('DONE');
    expect(await sendAll(world.activities)).toBe(1);
    expect(textsTo(other)).toHaveLength(1);
    world.clock.advance(7 * day);
    await run();
    expect(textsTo(holder)).toEqual([]);
    expect(await outcomesOf(holder.serial)).toEqual([[7, 'OUTDATED']]);
  });
});

describe('a customer who opted out', () => {
  /** The message of each announcement, by SMS. */
  async function announcedTo(holder: Holder): Promise<string[]> {
    for (let passed = 0; passed < 10; passed += 1) {
      await run();
      world.clock.advance(day);
    }
    expect(await daysAnnounced(holder.serial)).toEqual([7, 1, -1]);
    expect(mailsTo(holder)).toEqual([]);
    return textsTo(holder);
  }

  /** The holder of a certificate that a reissue made, with this answer to the terms. */
  async function reissued(
    answer: { agreed: boolean; version?: string },
    locale: 'ko' | 'en' = 'ko',
  ): Promise<Holder> {
    const { reissueId } = await walkTo(world, await customer(world), 'REGISTERED', { locale });
    await world.owner
      .updateTable('consent')
      .set({ version: '2026-12', ...answer })
      .where('reissue_id', '=', reissueId)
      .where('terms_id', '=', 'expiry-guidance')
      .execute();
    await sql`UPDATE customer SET email = 'holder@people.example.com'`.execute(world.owner);
    const { rows } = await sql<Holder>`
      WITH made AS (
        UPDATE certificate SET not_after = ${endOfDay(noon, 7)}, registered_at = ${new Date(noon.getTime() - 90 * day)}
        WHERE reissue_id = ${reissueId} RETURNING serial, customer_id
      ) SELECT serial, customer_id, mobile, email FROM made JOIN customer USING (customer_id)`.execute(
      world.owner,
    );
    return rows[0]!;
  }

  it('A customer whom a file of the bank excludes gets the message of the day after only', async () => {
    const holder = await one(7);
    await world.owner
      .updateTable('customer')
      .set({ expiry_notices: false })
      .where('customer_id', '=', holder.customer_id)
      .execute();
    const [only, ...more] = await announcedTo(holder);
    expect(only).toContain('만료되었습니다');
    expect(more).toEqual([]);
    expect(await outcomesOf(holder.serial)).toEqual([
      [7, 'OPTED_OUT'],
      [1, 'OPTED_OUT'],
      [-1, 'SENT'],
    ]);
  });

  it('A customer who refused the optional consent, or withdrew it, gets the message of the day after only', async () => {
    const [only, ...more] = await announcedTo(await reissued({ agreed: false }));
    expect(only).toContain('만료되었습니다');
    expect(only).toContain('https://');
    expect(more).toEqual([]);
  });

  it('A customer who agreed is notified each time, in the language of the terms', async () => {
    const texts = await announcedTo(await reissued({ agreed: true }, 'en'));
    expect(texts).toHaveLength(3);
    expect(texts[0]).toContain('https://');
    for (const text of texts) expect(text).toMatch(/^\[Hanbyeol Bank\][^가-힣]*Call centre 1500-0000$/);
  });

  it('A customer who agreed to terms that promise messages without links gets none with a link', async () => {
    const texts = await announcedTo(await reissued({ agreed: true, version: '2026-01' }));
    expect(texts).toHaveLength(3);
    for (const text of texts) expect(text).not.toMatch(/https?:/);
  });

  it('A customer who opts out between the event and the message gets none', async () => {
    const holder = await one(7);
    await announceAll(world.activities);
    await sql`UPDATE customer SET expiry_notices = false`.execute(world.owner);
    expect(await sendAll(world.activities)).toBe(0);
    expect(await outcomesOf(holder.serial)).toEqual([[7, 'OPTED_OUT']]);
  });
});

describe('the time of messages', () => {
  const nine = new Date(startOfKoreanDay(noon).getTime() + 21 * hour);

  it('Messages are sent until 21:00 in Korea and again from 08:00, and events at any hour', async () => {
    world.clock.set(nine);
    const holder = await one(7);
    expect(await run()).toEqual({ announced: 1, sent: 0 });
    expect(await daysAnnounced(holder.serial)).toEqual([7]);
    world.clock.set(new Date(nine.getTime() + 11 * hour - 1));
    expect(await run()).toEqual({ announced: 0, sent: 0 });
    world.clock.set(new Date(nine.getTime() + 11 * hour));
    expect(await run()).toEqual({ announced: 0, sent: 1 });
    world.clock.set(new Date(nine.getTime() + 24 * hour - 1));
    await one(7);
    expect(await run()).toEqual({ announced: 1, sent: 1 });
  });

  it('At the configured rate, the messages of three seconds take at least two', async () => {
    await enrol(12, 7);
    const activities = world.activitiesWith({
      expiry: {
        days: [7],
        pageUrl: 'https://bank.example',
        perSecond: 5,
      },
    });
    await announceAll(activities);
    const began = performance.now();
    expect(await sendAll(activities)).toBe(12);
    expect(performance.now() - began).toBeGreaterThan(1_990);
  });

  it('A message that no provider takes fails the run, and is sent once when one does', async () => {
    const holders = await enrol(3, 7);
    world.outside.messenger.down = true;
    await announceAll(world.activities);
    await expect(sendAll(world.activities)).rejects.toThrow(ProviderUnavailable);
    world.outside.messenger.down = false;
    expect(await sendAll(world.activities)).toBe(0);
    world.clock.advance(10 * minute);
    expect(await sendAll(world.activities)).toBe(3);
    for (const holder of holders) expect([textsTo(holder).length, mailsTo(holder).length]).toEqual([1, 0]);
  });

  it('A mail is sent once to a holder to whom no SMS can be sent', async () => {
    const holder = await one(7);
    await announceAll(world.activities);
    const sms = { send: () => Promise.reject(new ProviderUnavailable('no SMS')) };
    expect(await sendAll(world.activitiesWith({ sms }))).toBe(1);
    expect([textsTo(holder).length, mailsTo(holder).length]).toEqual([0, 1]);
    world.clock.advance(10 * minute);
    expect(await sendAll(world.activities)).toBe(0);
    expect([textsTo(holder).length, mailsTo(holder).length]).toEqual([0, 1]);
  });

  it('A message that waited until the certificate expired is not sent, and the one of the day after is', async () => {
    const holder = await one(1);
    await announceAll(world.activities);
    world.clock.advance(2 * day);
    expect(await run()).toEqual({ announced: 1, sent: 1 });
    expect(textsTo(holder)).toMatchObject([expect.stringContaining('만료되었습니다')]);
    expect(await outcomesOf(holder.serial)).toEqual([
      [1, 'OUTDATED'],
      [-1, 'SENT'],
    ]);
  });
});
