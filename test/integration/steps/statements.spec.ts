import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { inTransaction } from '#libs/db';
import { blockReissues } from '#libs/db/customers';
import type { State } from '#libs/domain';
import pg from 'pg';
import { Applicant } from '../../world/applicant.js';
import { answer } from '../../world/answers.js';
import { customer } from '../../world/people.js';
import { continueTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

/**
 * Transaction control, the test of an idle connection, and the announcement of events: it comes at a time of its own after the
 * commit, and steps share it.
 */
const uncounted = /^(?:begin|commit|rollback|select 1$|select announce_events\()/i;

let statements: string[] = [];
let world: World;
beforeAll(async () => {
  world = await createWorld();
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [asked] = args as [string | { text: string }];
    const text = typeof asked === 'string' ? asked : asked.text;
    if (this.user?.includes('worker') && !uncounted.test(text)) statements.push(text);
    return query.apply(this, args);
  });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await world.close();
});

/**
 * The most SQL statements of the worker until a reissue that replaces a valid certificate is in the next state, with the
 * calls to providers and the notifications at that state: two statements each.
 */
const most: readonly (readonly [State, number])[] = [
  ['IDENTITY_REQUIRED', 11],
  ['PASSWORD_REQUIRED', 14 + 2],
  ['CONSENT_REQUIRED', 8],
  ['KEY_REQUIRED', 2],
  ['ISSUED', 10 + 2],
  ['REGISTERED', 8 + 2 * 2],
];

it('No step of a reissue needs more SQL statements than it did', async () => {
  const applicant = await Applicant.of(world, await customer(world));
  for (const [state, limit] of most) {
    statements = [];
    await continueTo(applicant, state);
    expect({ state, excess: statements.slice(limit), statements }).toEqual({ state, excess: [], statements });
  }
});

it('A blocked person costs the same SQL statements as another one until the identity is verified', async () => {
  const untilVerified = async (isBlocked: boolean) => {
    const person = await customer(world);
    if (isBlocked) {
      const { customer_ref: customerRef } = await world.owner
        .selectFrom('customer')
        .select('customer_ref')
        .where('customer_id', '=', person.customerId!)
        .executeTakeFirstOrThrow();
      const about = {
        source: 'customer',
        reason: 'OTHER',
        by: 'staff:olivia',
        at: new Date(),
      } as const;
      await inTransaction(world.as('ops', 2), (tx) => blockReissues(tx, { customerRef, ...about }));
    }
    const applicant = await Applicant.of(world, person);
    statements = [];
    await continueTo(applicant, 'IDENTITY_REQUIRED');
    expect(await answer(applicant, { PHONE_CODE: undefined })).toEqual(['ACCEPTED']);
    return statements.toSorted();
  };
  expect(await untilVerified(true)).toEqual(await untilVerified(false));
});
