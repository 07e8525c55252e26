import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { registerReissueMetrics } from '#activities/step';
import { afterCommit, inTransaction } from '#libs/db';
import { Registry } from 'prom-client';
import { sql } from 'kysely';
import { Applicant } from '../../world/applicant.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { minute } from '../../world/movable-clock.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());
afterEach(() => {
  world.outside.telecom.fault = undefined;
  world.outside.oneWon.fault = undefined;
});

const registry = new Registry();
registerReissueMetrics(registry);

/** All samples of the metrics of reissues, as in Prometheus's text format. */
async function samples(): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => /^reseal_/.test(line));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(/\S+$/.exec(line)![0])]));
}

/** What `work` adds to the samples, without the buckets of histograms. */
async function addedBy(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await samples();
  await work();
  const added = [...(await samples())].map(
    ([name, value]) => [name, value - (before.get(name) ?? 0)] as const,
  );
  return Object.fromEntries(added.filter(([name, by]) => by !== 0 && !name.includes('_bucket')));
}

describe('metrics of reissues', () => {
  it('Each stage of a registered reissue is counted once, with the time from its start', async () => {
    const added = await addedBy(async () => {
      const applicant = await walkTo(world, await customer(world), 'ISSUED', { reason: 'LOST' });
      world.clock.advance(3 * minute);
      const proof = await applicant.proveRegistration();
      await perform(world, applicant.reissueId, proof);
      await perform(world, applicant.reissueId, proof);
    });
    expect(added).toEqual({
      'reseal_reissues_started_total{reason="LOST"}': 1,
      'reseal_reissues_verified_total{reason="LOST"}': 1,
      'reseal_reissues_issued_total{reason="LOST"}': 1,
      'reseal_reissues_registered_total{reason="LOST"}': 1,
      'reseal_reissues_ended_total{state="REGISTERED",code="NONE"}': 1,
      'reseal_reissue_duration_seconds_count{until="issued"}': 1,
      'reseal_reissue_duration_seconds_count{until="registered"}': 1,
      'reseal_reissue_duration_seconds_sum{until="registered"}': 180,
    });
  });

  it('A cancelled reissue is counted with the code of its end', async () => {
    const applicant = await walkTo(world, await customer(world), 'PASSWORD_REQUIRED');
    expect(await addedBy(() => perform(world, applicant.reissueId, applicant.cancel()))).toEqual({
      'reseal_reissues_ended_total{state="CANCELLED",code="CANCELLED_BY_CUSTOMER"}': 1,
    });
  });

  it('A parked reissue is counted with the only method that failed', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    const answers = await applicant.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined });
    world.outside.telecom.fault = 'down';
    expect(await addedBy(() => perform(world, applicant.reissueId, answers))).toEqual({
      'reseal_reissues_parked_total{step="VERIFY_CHALLENGES",code="DEPENDENCY_UNAVAILABLE",provider="PHONE_CODE"}': 1,
    });
  });

  it('A parked reissue whose challenges of two methods are not sent is counted with several', async () => {
    const applicant = await Applicant.of(world, await customer(world));
    world.outside.oneWon.fault = 'down';
    const added = await addedBy(() => perform(world, applicant.reissueId, applicant.start()));
    expect(added).toMatchObject({
      'reseal_reissues_parked_total{step="SEND_CHALLENGES",code="DEPENDENCY_UNAVAILABLE",provider="several"}': 1,
    });
  });
});

describe('afterCommit', () => {
  it('Work that is left until after the commit runs after it, and not after a rollback', async () => {
    const db = world.as('worker');
    const ran: string[] = [];
    await inTransaction(db, async (tx) => {
      afterCommit(tx, () => ran.push('committed'));
      await sql`SELECT 1`.execute(tx);
      expect(ran).toEqual([]);
    });
    const failing = inTransaction(db, async (tx) => {
      afterCommit(tx, () => ran.push('rolled back'));
      await sql`SELECT 1 / 0`.execute(tx);
    });
    await expect(failing).rejects.toThrow('division by zero');
    expect(ran).toEqual(['committed']);
  });
});
