import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRetentionActivities } from '#activities/records';
import { koreanDayOf } from '#libs/domain';
import { pino } from 'pino';
import { day, second } from '../world/movable-clock.js';
import { customer } from '../world/people.js';
import { walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const purge = () =>
  createRetentionActivities({
    db: world.as('worker', 2),
    clock: world.clock.now,
    logger: pino({ level: 'silent' }),
    years: { issuanceEvidence: 10, unissuedApplications: 5, accessRecords: 2 },
    deviceDays: 730,
  }).purgeExpired();
const photoIds = async () =>
  (await world.owner.selectFrom('identity_photo').select('photo_id').execute()).map((row) => row.photo_id);

describe('retention', () => {
  it('Retention deletes photos kept under earlier terms once their reissue has ended', async () => {
    const person = await customer(world);
    const { reissueId } = await walkTo(world, person, 'REGISTERED');
    const photo = {
      photo_id: `ph_${randomBytes(16).toString('hex')}`,
      ...{ reissue_id: reissueId, update_id: 'kept', request_hmac: '' },
      ...{ width: 800, height: 500, digest: '', sealed: Buffer.from('sealed') },
      ...{ sealed_by: 'CUSTOMER' as const, customer_id: person.customerId! },
      created_at: world.clock.now(),
      retain_until: new Date(world.clock.now().getTime() + 1825 * day),
    };
    await world.owner.insertInto('identity_photo').values(photo).execute();
    expect(await purge()).toMatchObject({ photos: 1 });
    expect(await photoIds()).not.toContain(photo.photo_id);
    const entries = await world.owner
      .selectFrom('authority_entry')
      .select(['outcome', 'details'])
      .where('action', '=', 'purge')
      .execute();
    expect(entries).toMatchObject([
      { outcome: 'DONE', details: { recordClass: 'photos', leftByEndedReissues: 1 } },
    ]);
  });

  it('Retention keeps the records of access to resident registration numbers for exactly two years', async () => {
    const access = (occurredAt: Date) => ({
      ...{ customer_ref: 'ref', actor: 'spec', purpose: 'VIRTUAL_ID', occurred_at: occurredAt },
    });
    const now = world.clock.now();
    const twoYearsAgo = new Date(now);
    twoYearsAgo.setUTCFullYear(now.getUTCFullYear() - 2);
    await world.owner
      .insertInto('rrn_access')
      .values([access(twoYearsAgo), access(new Date(twoYearsAgo.getTime() - 1))])
      .execute();
    expect(await purge()).toMatchObject({ accessRecords: 1 });
    const left = await world.owner
      .selectFrom('rrn_access')
      .select('occurred_at')
      .where('actor', '=', 'spec')
      .execute();
    expect(left).toEqual([{ occurred_at: twoYearsAgo }]);
  });

  it('Retention deletes the remains of an ended reissue', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    await world.owner
      .insertInto('identity_photo')
      .values({
        photo_id: `ph_${randomBytes(16).toString('hex')}`,
        reissue_id: applicant.reissueId,
        update_id: 'left',
        request_hmac: '',
        ...{
          width: 800,
          height: 500,
          digest: '',
          sealed: Buffer.from('sealed'),
          sealed_by: 'VAULT' as const,
        },
        created_at: world.clock.now(),
      })
      .execute();
    expect(await purge()).toMatchObject({ photos: 0 });
    await world.owner
      .updateTable('reissue')
      .set({ ended_at: world.clock.now() })
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    expect(await purge()).toMatchObject({ photos: 1 });
  });

  it('Retention deletes notifications that were given up 30 days ago', async () => {
    const { reissueId } = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    const created_at = world.clock.now();
    const notification = { reissue_id: reissueId, kind: 'REMINDER' as const, due_at: created_at, created_at };
    const daysAgo = (days: number) => new Date(created_at.getTime() - days * day);
    await world.owner
      .insertInto('notification_outbox')
      .values([
        { ...notification, occasion: 'REMINDER-1', given_up_at: daysAgo(31) },
        { ...notification, occasion: 'REMINDER-2', given_up_at: daysAgo(29) },
        { ...notification, occasion: 'REMINDER-3' },
      ])
      .execute();
    await purge();
    const left = world.owner.selectFrom('notification_outbox').where('reissue_id', '=', reissueId);
    expect(await left.select('occasion').orderBy('occasion').execute()).toEqual([
      { occasion: 'REMINDER-2' },
      { occasion: 'REMINDER-3' },
    ]);
  });

  it('Retention deletes announcements of expiries a year after the last one could be made', async () => {
    const { serial } = await (await walkTo(world, await customer(world), 'REGISTERED')).row();
    const daysAgo = (days: number) => new Date(world.clock.now().getTime() - days * day);
    const sent = { serial: serial!, outcome: 'SENT' as const };
    await world.owner
      .insertInto('expiry_announcement')
      .values([
        { ...sent, days_left: 30, announced_at: daysAgo(463) },
        { ...sent, days_left: 7, announced_at: daysAgo(461) },
      ])
      .execute();
    await purge();
    const left = await world.owner.selectFrom('expiry_announcement').select('days_left').execute();
    expect(left).toEqual([{ days_left: 7 }]);
  });

  it('Retention deletes full limits and counts of past days', async () => {
    const now = world.clock.now();
    const dayOf = (daysAgo: number) => koreanDayOf(new Date(now.getTime() - daysAgo * day));
    await world.owner.deleteFrom('rate_limit').execute();
    await world.owner
      .insertInto('rate_limit')
      .values([
        { key: 'used', tat: new Date(now.getTime() + second) },
        { key: 'full', tat: new Date(now.getTime() - second) },
      ])
      .execute();
    await world.owner.deleteFrom('identity_day').execute();
    await world.owner
      .insertInto('identity_day')
      .values(
        [0, 1, 2].map((ago) => ({
          person_key: 'p',
          method: 'PHONE_CODE' as const,
          day: dayOf(ago),
          tries: 1,
        })),
      )
      .execute();
    expect(await purge()).toMatchObject({ counts: 2, more: false });
    expect(await world.owner.selectFrom('rate_limit').select('key').execute()).toEqual([{ key: 'used' }]);
    expect(await world.owner.selectFrom('identity_day').select('tries').execute()).toHaveLength(2);
  });
});
