import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { customer } from '../../world/people.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

/** The SQL statements of the worker, by the activity that was running. */
const statements = new Map<string, string[]>();
let running: string | undefined;
/** Transaction control, and the test of an idle connection. */
const uncounted = /^(?:begin|commit|rollback|select 1$)/i;

let world: World;
beforeAll(async () => {
  world = await createWorld();
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [asked] = args as [string | { text: string }];
    const text = typeof asked === 'string' ? asked : asked.text;
    if (running && this.user?.includes('worker') && !uncounted.test(text))
      statements.get(running)!.push(text);
    return query.apply(this, args);
  });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await world.close();
});

type Activity = (...args: unknown[]) => Promise<unknown>;

/** The same activities, which note their statements. */
function noted(activities: World['activities']): World['activities'] {
  const entries = Object.entries(activities as unknown as Record<string, Activity>).map(
    ([name, activity]) => [
      name,
      async (...args: unknown[]) => {
        running = name;
        statements.set(name, statements.get(name) ?? []);
        try {
          return await activity(...args);
        } finally {
          running = undefined;
        }
      },
    ],
  );
  return Object.fromEntries(entries) as World['activities'];
}

/** The most statements that each activity may need for an ordinary reissue which replaces a valid certificate. */
const most: Readonly<Record<string, number>> = {
  startReissue: 6,
  sendChallenges: 6,
  recordChallenges: 3,
  reserveTries: 7,
  verifyAnswers: 6,
  recordAnswers: 8,
  submitPassword: 8,
  giveConsents: 2,
  requestCertificate: 7,
  recordIssue: 3,
  proveRegistration: 10,
};

it('No activity of a reissue needs more SQL statements than it did', async () => {
  await walkTo(world, await customer(world), 'REGISTERED', { activities: noted(world.activities) });
  const excess = [...statements].filter(([activity, texts]) => texts.length > (most[activity] ?? 0));
  expect(Object.fromEntries(excess)).toEqual({});
  expect(statements.size).toBeGreaterThan(0);
});
