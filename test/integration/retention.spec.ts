import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRetentionActivities } from '#activities/retention';
import { koreanDayOf } from '#libs/domain';
import { pino } from 'pino';
import { day, hour, second } from '../world/movable-clock.js';
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
    days: { personalDetails: 3650, histories: 3650, devices: 730 },
  }).purgeExpired();
const photoIds = async () =>
  (await world.owner.selectFrom('identity_photo').select('photo_id').execute()).map((row) => row.photo_id);

describe('retention', () => {
  it('deletes photos when their time is over and not a moment before, and says so in the audit trail', async () => {
    const person = await customer(world);
    const { reissueId } = await walkTo(world, person, 'IDENTITY_REQUIRED');
    const now = world.clock.now();
    const photo = (retainUntil: Date | null) => ({
      photo_id: `ph_${randomBytes(16).toString('hex')}`,
      reissue_id: reissueId,
      update_id: randomBytes(8).toString('hex'),
      request_hmac: '',
      ...{ width: 800, height: 500, digest: '', sealed: Buffer.from('sealed') },
      sealed_by: retainUntil ? ('CUSTOMER' as const) : ('VAULT' as const),
      customer_id: retainUntil ? person.customerId : null,
      created_at: now,
      retain_until: retainUntil,
    });
    const [over, notYet, unused] = [
      photo(new Date(now.getTime() + hour)),
      photo(new Date(now.getTime() + hour + second)),
      photo(null),
    ];
    await world.owner.insertInto('identity_photo').values([over, notYet, unused]).execute();

    expect(await purge()).toMatchObject({ photos: 0 });
    world.clock.advance(hour);
    expect(await purge()).toMatchObject({ photos: 1, more: false });
    expect(new Set(await photoIds())).toEqual(new Set([notYet.photo_id, unused.photo_id]));
    const entry = await world.owner
      .selectFrom('authority_entry')
      .selectAll()
      .where('action', '=', 'purge')
      .execute();
    expect(entry).toHaveLength(1);
    expect(entry[0]).toMatchObject({
      outcome: 'DONE',
      details: { recordClass: 'photos', photoIds: [over.photo_id], leftByEndedReissues: 0 },
    });
  });

  it('deletes what a reissue left behind that is over', async () => {
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

  it('forgets limits that are full again, and counts of days gone by', async () => {
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
