import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { inTransaction } from '#libs/db';
import { appendAudit } from '#libs/db/audit';
import type { NewReissue } from '#libs/db/reissues';
import { endCodes, koreanDayOf, type EndCode } from '#libs/domain';
import type { ShownFigures } from '../../apps/ops/src/figures/schemas.js';
import { insertBareReissue } from '../world/bare-reissue.js';
import { insertUnstampedEntries } from '../world/unstamped-entries.js';
import { OpsWorld, operator } from '../world/ops-world.js';

const minute = 60_000;
const hour = 60 * minute;
const now = Date.now();
const at = (msAgo: number) => new Date(now - msAgo);

let world: OpsWorld;
let shown: ShownFigures;

beforeAll(async () => {
  world = await OpsWorld.create();
  // Some on each of the last 20 days; the last 14 are shown.
  for (let day = 0; day < 20; day += 1)
    for (let nth = 0; nth <= day % 4; nth += 1) await ended(at(day * 24 * hour + nth * 7 * minute), nth);
  await insertUnstampedEntries(world.owner, async () => {
    await parked('PHONE_CODE', at(12 * minute));
    await parked('PHONE_CODE', at(40 * minute));
    await parked('signer', at(5 * minute));
  });
  shown = (await world.get('/v1/figures')).json as ShownFigures;
});
afterAll(() => world.close());

/** A reissue that has ended: every third one without a registration. */
async function ended(end: Date, nth: number): Promise<void> {
  const start = new Date(end.getTime() - (nth + 2) * minute);
  const code: EndCode = nth % 2 ? 'DEADLINE' : 'IDENTITY_LOCKED';
  const how: Partial<NewReissue> =
    nth % 3 === 2
      ? { state: code === 'DEADLINE' ? 'TIMED_OUT' : 'REJECTED', end_code: code }
      : { state: 'REGISTERED', issued_at: new Date(start.getTime() + (nth + 1) * 11_000) };
  await insertBareReissue(world.owner, start, { ...how, ended_at: end, updated_at: end });
}

async function parked(system: string, since: Date): Promise<void> {
  const step = system === 'signer' ? 'ISSUE_CERTIFICATE' : 'SEND_CHALLENGES';
  const reissueId = await insertBareReissue(world.owner, since, {
    ...{ parked_step: step, parked_since: since, parked_code: 'DEPENDENCY_UNAVAILABLE', park_sequence: 1 },
  });
  await inTransaction(world.owner, (tx) =>
    appendAudit(tx, reissueId, {
      ...{ actor: 'system', action: 'park', outcome: 'PARKED', reason: 'DEPENDENCY_UNAVAILABLE' },
      ...{ details: { step, waitsFor: system }, occurred_at: since },
    }),
  );
}

const rows = () =>
  world.owner
    .selectFrom('reissue')
    .select(['created_at', 'ended_at', 'issued_at', 'state', 'end_code'])
    .execute();

it('The figures of each day are those of the rows in the database', async () => {
  expect(shown.days).toHaveLength(14);
  expect(shown.days.at(-1)!.day).toBe(koreanDayOf(new Date(shown.at)));
  const all = await rows();
  for (const { day, arrivals, registered, ended: ends, toCertificateMs } of shown.days) {
    const endedThen = all.filter((row) => row.ended_at && koreanDayOf(row.ended_at) === day);
    const certified = endedThen.filter(({ state }) => state === 'REGISTERED');
    const counts = endCodes.map((code) => [code, endedThen.filter((row) => row.end_code === code).length]);
    const times = certified
      .map((row) => row.issued_at!.getTime() - row.created_at.getTime())
      .toSorted((one, other) => one - other);
    expect([day, arrivals, registered]).toEqual([
      ...[day, all.filter((row) => koreanDayOf(row.created_at) === day).length, certified.length],
    ]);
    expect(Object.fromEntries(ends.map(({ code, reissues }) => [code, reissues]))).toEqual(
      Object.fromEntries(counts.filter(([, count]) => count !== 0)),
    );
    expect([day, toCertificateMs]).toEqual([day, { p50: quantile(times, 0.5), p95: quantile(times, 0.95) }]);
  }
  expect(shown.days.some(({ registered }) => registered > 1)).toBe(true);
  expect(shown.days.some(({ ended: ends }) => ends.length > 0)).toBe(true);
});

/** Linear interpolation between the two nearest times, as `percentile_cont` does. */
function quantile(times: readonly number[], fraction: number): number | null {
  if (times.length === 0) return null;
  const place = fraction * (times.length - 1);
  const [low, high] = [times[Math.floor(place)]!, times[Math.ceil(place)]!];
  return Math.round(low + (high - low) * (place - Math.floor(place)));
}

it('The figures of each of the last 24 hours are those of the rows in the database', async () => {
  expect(shown.hours).toHaveLength(24);
  const all = await rows();
  for (const { hour: begins, arrivals, registered } of shown.hours) {
    const within = (time: Date | null) =>
      time !== null && Math.floor(time.getTime() / hour) === Date.parse(begins) / hour;
    expect([begins, arrivals, registered]).toEqual([
      begins,
      all.filter((row) => within(row.created_at)).length,
      all.filter((row) => row.state === 'REGISTERED' && within(row.ended_at)).length,
    ]);
  }
});

it('The figures say which system parked reissues wait for, the longest wait first', () => {
  expect(shown.parked).toEqual([
    { step: 'SEND_CHALLENGES', system: 'PHONE_CODE', reissues: 2, oldest: at(40 * minute).toISOString() },
    { step: 'ISSUE_CERTIFICATE', system: 'signer', reissues: 1, oldest: at(5 * minute).toISOString() },
  ]);
  const health = Object.fromEntries(shown.providers.map(({ method, health: is }) => [method, is]));
  expect(health).toEqual({ PHONE_CODE: 'TROUBLED', ONE_WON: 'IDLE', ID_DOCUMENT: 'IDLE' });
});

it('The list and the view of a parked reissue name the system that it waits for', async () => {
  const { items } = (await world.get('/v1/reissues?parked=true&sort=parkedSince')).json as {
    items: { id: string; parked: { system: string } }[];
  };
  expect(items.map(({ parked: { system } }) => system)).toEqual(['PHONE_CODE', 'PHONE_CODE', 'signer']);
  const { json } = await world.get(`/v1/reissues/${items[2]!.id}`);
  expect(json).toMatchObject({ parked: { system: 'signer' } });
});

it('The figures of several readers are read from the database once in ten seconds', async () => {
  const again = (await world.get('/v1/figures', operator)).json as ShownFigures;
  expect(Date.parse(again.at) - Date.parse(shown.at)).not.toBeLessThan(0);
  const [one, other] = await Promise.all([world.get('/v1/figures'), world.get('/v1/figures')]);
  expect(one.json.at).toBe(other.json.at);
});
