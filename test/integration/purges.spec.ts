import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createRetentionActivities } from '#activities/retention';
import { Report } from '#libs/audit';
import { verifyPurges } from '#libs/audit-log';
import { inTransaction, insertArchive } from '#libs/db';
import { pino } from 'pino';
import { day, hour, MovableClock } from '../world/movable-clock.js';
import { customer } from '../world/people.js';
import { walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

let world: World;
let reissueId: string;
let years: MovableClock;
// A world for each: what was purged once is not looked at again.
beforeEach(async () => {
  world = await createWorld();
  years = new MovableClock(world.clock.now());
  ({ reissueId } = await walkTo(world, await customer(world), 'REGISTERED'));
  await inTransaction(world.as('worker'), (tx) =>
    insertArchive(tx, {
      reissue_id: reissueId,
      history: Buffer.from('compressed'),
      history_digest: 'aa'.repeat(32),
      original_digest: 'bb'.repeat(32),
      events: 80,
      archived_at: world.clock.now(),
    }),
  );
});
afterEach(() => world.close());

const purge = () =>
  createRetentionActivities({
    db: world.as('worker', 2),
    clock: years.now,
    logger: pino({ level: 'silent' }),
    days: { personalDetails: 3650, histories: 3650, devices: 730 },
  }).purgeExpired();
const findings = async () => {
  const report = new Report();
  await verifyPurges(world.owner, report);
  return report.verdict().findings;
};
const personalParts = async () =>
  (
    await world.owner
      .selectFrom('audit_personal')
      .select('sequence')
      .where('reissue_id', '=', reissueId)
      .execute()
  ).length;
const history = async () =>
  (
    await world.owner
      .selectFrom('reissue_archive')
      .select('history')
      .where('reissue_id', '=', reissueId)
      .executeTakeFirstOrThrow()
  ).history;

describe('what is kept for ten years', () => {
  it('is there on the last day, and gone on the next, by class; what it was the log still proves', async () => {
    const parts = await personalParts();
    expect(parts).toBeGreaterThan(0);
    years.advance(3650 * day - hour);
    expect(await purge()).toMatchObject({ personalDetails: 0, histories: 0 });
    expect(await personalParts()).toBe(parts);
    years.advance(2 * hour);
    expect(await purge()).toMatchObject({ personalDetails: parts, histories: 1, more: false });
    expect([await personalParts(), await history()]).toEqual([0, null]);
    expect(await findings()).toEqual([]);
    const told = await world.owner
      .selectFrom('authority_entry')
      .select('details')
      .where('action', '=', 'purge')
      .orderBy('position')
      .execute();
    expect(told.map(({ details }) => (details as { recordClass: string }).recordClass)).toEqual([
      'personalDetails',
      'histories',
    ]);
    expect(await purge()).toMatchObject({ personalDetails: 0, histories: 0 });
  });

  it('goes in batches, each told with what it took', async () => {
    await world
      .as('worker')
      .insertInto('audit_entry')
      .values(
        Array.from({ length: 600 }, (_, nth) => ({
          ...{
            reissue_id: reissueId,
            sequence: 1_000 + nth,
            actor: 'system',
            action: 'open',
            outcome: 'DONE',
          },
          ...{ details: '{}', personal_digest: String(nth).padStart(64, '0') },
          occurred_at: new Date(world.clock.now().getTime() + nth),
        })),
      )
      .execute();
    await world.owner
      .insertInto('audit_personal')
      .values(
        Array.from({ length: 600 }, (_, nth) => ({
          ...{ reissue_id: reissueId, sequence: 1_000 + nth, salt: '00', personal: '{}' },
        })),
      )
      .execute();
    years.advance(3651 * day);
    expect(await purge()).toMatchObject({ personalDetails: 500, more: true });
    expect(await purge()).toMatchObject({ more: false });
    expect(await personalParts()).toBe(0);
    expect(await findings()).toEqual([]);
  });
});

describe('a hand in the database', () => {
  it('that removes a personal part or a history is told from a purge', async () => {
    await world.owner.deleteFrom('audit_personal').where('reissue_id', '=', reissueId).execute();
    await world.owner
      .updateTable('reissue_archive')
      .set({ history: null })
      .where('reissue_id', '=', reissueId)
      .execute();
    const kinds = (await findings()).map(({ kind, entry }) => [kind, entry?.stream]);
    expect(kinds.length).toBeGreaterThan(1);
    expect(new Set(kinds.map(String))).toEqual(new Set([`RECORD_MISSING,${reissueId}`]));
  });

  it('that removed one before its time is found after the purge too', async () => {
    const { first } = await world.owner
      .selectFrom('audit_personal')
      .select(({ fn }) => fn.min('sequence').as('first'))
      .where('reissue_id', '=', reissueId)
      .executeTakeFirstOrThrow();
    await world.owner
      .deleteFrom('audit_personal')
      .where('reissue_id', '=', reissueId)
      .where('sequence', '=', first)
      .execute();
    years.advance(3651 * day);
    await purge();
    expect((await findings()).map(({ kind }) => kind)).toEqual(['PURGE_ALTERED']);
  });
});
