import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createRetentionActivities } from '#activities/records';
import { FindingCollector } from '#libs/audit-proofs';
import { digestOfPurged, verifyPurges } from '#libs/audit-log';
import { inTransaction } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import { insertArchive, purgeReissues, recordsOfReissues } from '#libs/db/retention';
import { sql } from 'kysely';
import { pino } from 'pino';
import type { Applicant } from '../world/applicant.js';
import { day, MovableClock } from '../world/movable-clock.js';
import { customer } from '../world/people.js';
import { perform } from '../world/perform.js';
import { walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

let world: World;
/** The clock of the purges. */
let clock: MovableClock;
let registered: Applicant;
let cancelled: Applicant;
// A new world for each test, because a purge does not visit the same data twice.
beforeEach(async () => {
  world = await createWorld();
  // The tests advance their clock by years, but not PostgreSQL's: its trigger keeps the records of access to numbers
  // for two years.
  await sql`ALTER TABLE rrn_access DISABLE TRIGGER rrn_access_kept`.execute(world.owner);
  registered = await walkTo(world, await customer(world, { certificateDays: -1 }), 'REGISTERED');
  cancelled = await walkTo(world, await customer(world), 'PASSWORD_REQUIRED');
  await perform(world, cancelled.reissueId, cancelled.cancel());
  for (const { reissueId } of [registered, cancelled])
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
  clock = new MovableClock(world.clock.now());
});
afterEach(() => world.close());

const purge = () =>
  createRetentionActivities({
    db: world.as('worker', 2),
    clock: clock.now,
    logger: pino({ level: 'silent' }),
    years: { issuanceEvidence: 10, unissuedApplications: 5, accessRecords: 2 },
    deviceDays: 730,
  }).purgeExpired();
const findings = async () => {
  const report = new FindingCollector();
  await verifyPurges(world.owner, report);
  return report.verdict().findings;
};
const personalParts = async ({ reissueId }: Applicant) =>
  (
    await world.owner
      .selectFrom('audit_personal')
      .select('sequence')
      .where('reissue_id', '=', reissueId)
      .execute()
  ).length;
const historyOf = async ({ reissueId }: Applicant) =>
  (
    await world.owner
      .selectFrom('reissue_archive')
      .select('history')
      .where('reissue_id', '=', reissueId)
      .executeTakeFirstOrThrow()
  ).history;
/** The time some calendar years and milliseconds after another. */
const yearsAfter = (moment: Date, years: number, ms = 0) => {
  const then = new Date(moment);
  then.setUTCFullYear(moment.getUTCFullYear() + years);
  clock.advance(then.getTime() + ms - clock.now().getTime());
};
const certificateEnd = async ({ reissueId }: Applicant) =>
  (
    await world.owner
      .selectFrom('certificate')
      .select('not_after')
      .where('reissue_id', '=', reissueId)
      .executeTakeFirstOrThrow()
  ).not_after;
const endOf = async (applicant: Applicant) => (await applicant.row()).ended_at!;

describe('who applied', () => {
  it('The data of an applicant without a certificate is purged five years after the end, not earlier, and the log proves the purge', async () => {
    const parts = await personalParts(cancelled);
    expect(parts).toBeGreaterThan(0);
    yearsAfter(await endOf(cancelled), 5);
    expect(await purge()).toMatchObject({ unissuedApplications: 0 });
    expect(await personalParts(cancelled)).toBe(parts);
    clock.advance(1);
    expect(await purge()).toMatchObject({ unissuedApplications: 1, issuanceEvidence: 0, more: false });
    expect([await personalParts(cancelled), await historyOf(cancelled)]).toEqual([0, null]);
    expect(await cancelled.row()).toMatchObject({
      ...{ applicant_name: '', applicant_mobile: null, device: null, purged_at: clock.now() },
    });
    const consents = await world.owner
      .selectFrom('consent')
      .select(['address', 'agent'])
      .where('reissue_id', '=', cancelled.reissueId)
      .execute();
    expect(new Set(consents.map(({ address, agent }) => address + agent))).toEqual(new Set(['']));
    expect(await personalParts(registered)).toBeGreaterThan(0);
    expect(await findings()).toEqual([]);
    expect(await purge()).toMatchObject({ unissuedApplications: 0 });
  });

  it('The data of an applicant is purged ten years after the certificate expired', async () => {
    yearsAfter(await certificateEnd(registered), 10);
    await purge();
    expect(await personalParts(registered)).toBeGreaterThan(0);
    clock.advance(1);
    expect(await purge()).toMatchObject({ issuanceEvidence: 1 });
    expect([await personalParts(registered), await historyOf(registered)]).toEqual([0, null]);
    expect(await findings()).toEqual([]);
  });

  it('The data of an applicant is purged ten years after the certificate was revoked', async () => {
    const revokedAt = new Date(world.clock.now().getTime() + 30 * day);
    await world.owner
      .updateTable('certificate')
      .set({ revoked_at: revokedAt, revocation_reason: 'keyCompromise' })
      .where('reissue_id', '=', registered.reissueId)
      .execute();
    yearsAfter(revokedAt, 10, 1);
    expect(await purge()).toMatchObject({ issuanceEvidence: 1 });
    expect(await findings()).toEqual([]);
  });
});

describe('a hand in the database', () => {
  it('The deletion of a personal part or a history by hand is distinguished from a purge', async () => {
    const { reissueId } = registered;
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

  it('A purge that was recorded too early is found', async () => {
    await inTransaction(world.as('worker'), async (tx) => {
      const reissueIds = [registered.reissueId];
      const records = await recordsOfReissues(tx, reissueIds);
      await purgeReissues(tx, reissueIds, clock.now());
      await appendAuthorityEntry(tx, {
        ...{ actor: 'system', action: 'purge', outcome: 'DONE', occurredAt: clock.now() },
        details: {
          ...{ recordClass: 'issuanceEvidence', years: 10, reissueIds },
          ...{ records: records.length, digest: digestOfPurged(records) },
        },
      });
    });
    expect(await findings()).toMatchObject([
      { kind: 'PURGE_ALTERED', message: expect.stringContaining(registered.reissueId) },
    ]);
  });

  it('A purge that removed more than it recorded is found', async () => {
    yearsAfter(await endOf(cancelled), 5, 1);
    await purge();
    await world.owner
      .updateTable('reissue_archive')
      .set({ history_digest: 'cc'.repeat(32) })
      .where('reissue_id', '=', cancelled.reissueId)
      .execute();
    expect((await findings()).map(({ kind }) => kind)).toEqual(['PURGE_ALTERED']);
  });
});
