import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { createSmsSender } from '#activities/notification';
import { killPoints, type KillPoint, type Task } from '../../support/expiry-victim.js';
import { announceAll, endOfDay, enrolHolders, sendAll } from '../../world/expiring-certificates.js';
import { minute } from '../../world/movable-clock.js';
import { startOwnSandbox, type OwnSandbox } from '../../world/own-sandbox.js';
import { createWorld, type World } from '../../world/world.js';

/** More than two pages. */
const holders = 1_100;

let world: World;
let own: OwnSandbox;
beforeAll(async () => {
  world = await createWorld();
  own = await startOwnSandbox(world);
});
afterAll(async () => {
  await own?.close();
  await world?.close();
});

async function kill(killed: KillPoint): Promise<void> {
  const victim = fork(join(import.meta.dirname, '../../support/expiry-victim.ts'), {
    execArgv: [
      '--conditions=source',
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
      `--import=${join(import.meta.dirname, '../../support/typescript.mjs')}`,
    ],
    env: { PATH: process.env.PATH },
  });
  const task: Task = {
    killed,
    databaseUrl: world.urlOf('worker'),
    smsUrl: `${own.url}/v1/sms`,
    at: world.clock.now().toISOString(),
  };
  victim.send(task);
  const [, signal] = (await once(victim, 'exit')) as [number | null, string | null];
  if (signal !== 'SIGKILL') throw new Error(`the worker was not killed ${killed}`);
}

const rows = async (outcome?: 'SENT') => {
  const { count } = await world.owner
    .selectFrom('expiry_announcement')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .$if(outcome !== undefined, (query) => query.where('outcome', '=', outcome!))
    .executeTakeFirstOrThrow();
  return Number(count);
};

it('Workers that are killed on the way announce each certificate once, to each holder once, and leave none out', async () => {
  const enrolled = await enrolHolders(world.owner, holders, { not_after: endOfDay(world.clock.now(), 5) });
  await sql`UPDATE customer SET email = NULL`.execute(world.owner);
  const [beforeCommit, afterCommit, sending] = killPoints;
  await kill(beforeCommit);
  expect(await rows()).toBe(500);
  await kill(afterCommit);
  expect(await rows()).toBe(1_000);
  await kill(sending);
  expect(await rows()).toBe(holders);
  expect(await rows('SENT')).toBeLessThan(holders);

  // What the killed worker had taken is free for others when its time is over.
  world.clock.advance(minute);
  const provider = createSmsSender({ url: `${own.url}/v1/sms`, timeoutMs: 30_000 });
  const activities = world.activitiesWith({
    sms: provider,
    expiry: {
      days: [7],
      pageUrl: 'https://reissue.bank.example',
      perSecond: 400,
    },
  });
  expect(await announceAll(activities)).toBe(0);
  await sendAll(activities);
  expect(await rows('SENT')).toBe(holders);

  const { rows: events } = await sql<{ stream: string; count: number }>`
    SELECT stream, count(*)::int AS count FROM event WHERE type = 'reseal.certificate.expiring.v1'
    GROUP BY stream`.execute(world.owner);
  expect(events.filter(({ count }) => count !== 1)).toEqual([]);
  expect(events.map(({ stream }) => stream).sort()).toEqual(enrolled.map(({ serial }) => serial).sort());

  const counts = new Map<string, number>();
  for (let start = 0; start < holders; start += 50)
    await Promise.all(
      enrolled.slice(start, start + 50).map(async ({ mobile }) => {
        counts.set(mobile, (await own.sandbox.inbox(mobile)).length);
      }),
    );
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
  expect(counts.size).toBe(holders);
});
