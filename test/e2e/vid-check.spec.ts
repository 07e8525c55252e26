import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { oldSerialOf, recordedStatusOf } from '../support/certificates.js';
import { newIdempotencyKey } from '../support/gateway.js';
import { expectSuccess, type Answer } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import type { Person } from '../support/sandbox.js';
import { checkVid, vidCheckBody } from '../support/vid-check.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());
const { gateway, sandbox } = stack;
/** Returns the first answer, even if it asks for a repetition. */
const patienceMs = 0;

let person: Person;
let other: Person;
let serial: string;
beforeAll(async () => {
  [person, other] = (await sandbox.makePeople(2, 'VALID')) as [Person, Person];
  serial = oldSerialOf(person)!;
});

const path = (of = serial) => `/v1/certificates/${of}/vid-checks`;
const leftInVault = async () => {
  const items = stack.db.selectFrom('vault_item').where('reissue_id', 'like', 'vc\\_%').select('handle');
  return (await items.execute()).length;
};
const entriesOf = (of: string) =>
  stack.db
    .selectFrom('authority_entry')
    .select(['actor', 'outcome', 'reason', 'details'])
    .where('action', '=', 'checkVid')
    .where((where) => where(where.ref('details', '->>').key('serial' as never), '=', of as never))
    .orderBy('position')
    .execute();

describe('a check of a number against a certificate', () => {
  it('A VID check confirms the holder’s number and R, with or without a hyphen, and keeps neither', async () => {
    const { rrn, oldRandom } = person;
    const dashed = `${rrn.slice(0, 6)}-${rrn.slice(6)}`;
    for (const number of [rrn, dashed])
      expect(expectSuccess(await checkVid(gateway, serial, number, oldRandom!))).toEqual({
        serial,
        matches: true,
      });
    expect(await leftInVault()).toBe(0);
  });

  it('A VID check finds the certificate by its serial number in either case', async () => {
    const answer = await checkVid(gateway, serial.toUpperCase(), person.rrn, person.oldRandom!);
    expect(expectSuccess(answer)).toEqual({ serial, matches: true });
  });

  it('A VID check denies another number, another R and another certificate', async () => {
    const { rrn, oldRandom } = person;
    const wrong = [
      [serial, other.rrn, oldRandom!],
      [serial, rrn, randomBytes(20).toString('hex')],
      [oldSerialOf(other)!, rrn, oldRandom!],
    ] as const;
    for (const [of, number, random] of wrong)
      expect(expectSuccess(await checkVid(gateway, of, number, random))).toEqual({
        serial: of,
        matches: false,
      });
    expect(await leftInVault()).toBe(0);
  });

  it('A VID check is in the audit trail with caller and result, and without the number', async () => {
    const entries = await entriesOf(serial);
    expect(entries.map(({ actor, outcome }) => [actor, outcome])).toEqual([
      ['client:local', 'MATCHED'],
      ['client:local', 'MATCHED'],
      ['client:local', 'MATCHED'],
      ['client:local', 'MISMATCHED'],
      ['client:local', 'MISMATCHED'],
    ]);
    expect(JSON.stringify(entries)).not.toContain(person.rrn);
  });

  it('A repeated VID check gets the same answer, also concurrently, and asks the worker once', async () => {
    const idempotencyKey = newIdempotencyKey();
    const body = await vidCheckBody(gateway, idempotencyKey, person.rrn, person.oldRandom!);
    const before = (await entriesOf(serial)).length;
    const call = () => gateway.post(path(), body, { idempotencyKey });
    for (const answer of await Promise.all(Array.from({ length: 10 }, call)))
      expect(expectSuccess(answer)).toEqual({ serial, matches: true });
    expect(expectSuccess(await call())).toEqual({ serial, matches: true });
    expect(await entriesOf(serial)).toHaveLength(before + 1);
  });

  it('A VID check with another body under the same key is refused', async () => {
    const idempotencyKey = newIdempotencyKey();
    expectSuccess(await checkVid(gateway, serial, person.rrn, person.oldRandom!, { idempotencyKey }));
    const again = { idempotencyKey, patienceMs };
    expectProblem(
      await checkVid(gateway, serial, other.rrn, person.oldRandom!, again),
      'idempotency-mismatch',
    );
    const body = await vidCheckBody(gateway, idempotencyKey, person.rrn, person.oldRandom!);
    expectProblem(await gateway.post(path(oldSerialOf(other)), body, again), 'idempotency-mismatch');
  });
});

describe('what is no proper check is refused, and nothing is kept of it', () => {
  const refused = async (answer: Promise<Answer>, slug: Parameters<typeof expectProblem>[1]) => {
    expectProblem(await answer, slug);
    expect(await leftInVault()).toBe(0);
  };
  const check = (of: string, rrn: string, random: string, more: object = {}) =>
    checkVid(gateway, of, rrn, random, { patienceMs, ...more });

  it('A VID check of a certificate that does not exist is refused and leaves no data', () =>
    refused(check('0badcafe', person.rrn, person.oldRandom!), 'not-found'));

  it('A VID check of a malformed serial number is refused and leaves no data', async () => {
    await refused(check('not-hex', person.rrn, person.oldRandom!), 'invalid-request');
    await refused(check('0'.repeat(41), person.rrn, person.oldRandom!), 'invalid-request');
  });

  it('A VID check with values sealed for another purpose is refused and leaves no data', async () => {
    const { rrn, oldRandom } = person;
    await refused(check(serial, rrn, oldRandom!, { sub: newIdempotencyKey() }), 'envelope-refused');
    await refused(check(serial, rrn, oldRandom!, { sub: `ri_${'0'.repeat(32)}` }), 'envelope-refused');
    for (const purposes of [
      ['password', 'vid-random'],
      ['rrn', 'rrn'],
      ['vid-random', 'rrn'],
    ])
      await refused(check(serial, rrn, oldRandom!, { purposes }), 'envelope-refused');
  });

  it.each([
    ['no number', 'no-number', 'c5'.repeat(20)],
    ['a number of 12 digits', '990101100001', 'c5'.repeat(20)],
    ['an R of 19 bytes', '9901011000012', 'c5'.repeat(19)],
    ['an R that is not hexadecimal', '9901011000012', 'xy'.repeat(20)],
  ])('A VID check with %s is refused and leaves no data', (_name, rrn, random) =>
    refused(check(serial, rrn, random), 'envelope-refused'),
  );

  it('A VID check with a missing or larger body is refused and leaves no data', async () => {
    const post = (body: unknown) => gateway.post(path(), body, { patienceMs });
    const sealed = await vidCheckBody(gateway, newIdempotencyKey(), person.rrn, person.oldRandom!);
    for (const body of [{}, { rrn: sealed.rrn }, { ...sealed, more: 1 }, { rrn: person.rrn, random: 'x' }])
      await refused(post(body), 'invalid-request');
  });

  it('A VID check with an envelope of another call is refused and leaves no data', async () => {
    const [first, second] = [newIdempotencyKey(), newIdempotencyKey()];
    const body = await vidCheckBody(gateway, first, person.rrn, person.oldRandom!);
    expectSuccess(await gateway.post(path(), body, { idempotencyKey: first }));
    await refused(gateway.post(path(), body, { idempotencyKey: second, patienceMs }), 'envelope-refused');
  });

  it('A VID check without a front end’s key is refused and leaves no data', () =>
    refused(
      check(serial, person.rrn, person.oldRandom!, { headers: { 'x-api-key': 'x' } }),
      'unknown-api-key',
    ));
});

describe('guessing', () => {
  it('Guessing at a VID ends after ten wrong numbers a day, also concurrent ones, and for the right one too', async () => {
    const target = await sandbox.makePerson('VALID');
    const of = oldSerialOf(target)!;
    const guess = (rrn: string) => checkVid(gateway, of, rrn, target.oldRandom!, { patienceMs });
    const guesses = Array.from({ length: 14 }, (_, index) => `99010110000${10 + index}`);
    const answers = await Promise.all(guesses.map(guess));
    const taken = answers.filter(({ status }) => status === 200);
    expect(taken.map(({ body }) => body.matches)).toEqual(Array(10).fill(false));
    const late = await guess(target.rrn);
    for (const answer of [...answers.filter(({ status }) => status !== 200), late]) {
      expectProblem(answer, 'too-many-wrong-checks');
      const seconds = Number(answer.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(86_400);
    }
    expect(expectSuccess(await checkVid(gateway, serial, person.rrn, person.oldRandom!)).matches).toBe(true);
    expect(await leftInVault()).toBe(0);
  });
});

describe('a holder whose number the bank does not have on file', () => {
  it('A holder without a number on file gets the reason and the next step once identity is verified, and the old certificate is protected', async () => {
    const customer = await stack.customerFor(await sandbox.makePersonWithoutRrn('VALID'));
    expectSuccess(await customer.start({ reason: 'LOST' }));
    const { reissue, results } = expectSuccess(await customer.verify());
    expect(results.map(({ accepted }) => accepted)).toEqual([true, true]);
    expect(reissue).toMatchObject({
      state: 'REJECTED',
      next: { action: 'NONE' },
      ended: { code: 'RRN_NOT_ON_FILE', text: { ko: expect.stringContaining('영업점') } },
    });
    expect(await recordedStatusOf(stack.db, oldSerialOf(customer.person))).toBe('ON_HOLD');
  });
});
