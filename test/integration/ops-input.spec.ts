import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { insertBareReissue } from '../world/bare-reissue.js';
import { enrolCertificates } from '../world/enrolled-certificates.js';
import { OpsWorld, type Answer } from '../world/ops-world.js';

const staff = { sub: 'sam', name: 'Sam', roles: ['operator', 'auditor'] } as const;

const lists = {
  reissues: '/v1/reissues?sort=-createdAt',
  'reissues from the oldest on': '/v1/reissues?sort=createdAt',
  'parked reissues': '/v1/reissues?sort=parkedSince',
  operations: '/v1/operations?limit=1',
  'items of an operation': '/v1/operations/:id/items?limit=1',
  'audit entries': '/v1/audit?limit=1',
};
const names = Object.keys(lists) as (keyof typeof lists)[];

let world: OpsWorld;
let serials: string[];
let operationId: string;
beforeAll(async () => {
  world = await OpsWorld.create();
  const at = new Date('2026-11-20T00:00:00Z');
  for (let n = 0; n < 3; n += 1)
    await insertBareReissue(world.owner, at, {
      parked_step: 'ISSUE_CERTIFICATE',
      parked_code: 'STEP_FAILED',
      parked_since: at,
      park_sequence: 1,
    });
  serials = await enrolCertificates(world.owner, 3);
  operationId = await planned();
  await planned();
});
afterAll(() => world.close());

const get = (path: string) => world.get(path.replace(':id', operationId), staff);
const withQuery = (path: string, name: string, value: string) =>
  `${path}${path.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`;
const withCursor = (name: keyof typeof lists, cursor: string) => withQuery(lists[name], 'cursor', cursor);

async function planned(change: object = {}): Promise<string> {
  const { status, json } = await world.call('POST', '/v1/operations', staff, {
    body: {
      kind: 'revoke',
      selection: { serials },
      parameters: { revocationReason: 'keyCompromise' },
      reason: 'found in a dump',
      ...change,
    },
    headers: { 'idempotency-key': randomBytes(16).toString('hex') },
  });
  expect(status).toBe(201);
  return (json as { id: string }).id;
}

function expectBlame({ status, problem, json }: Answer, parameter: string): void {
  expect([status, problem]).toEqual([422, 'invalid-request']);
  expect(json).toMatchObject({ errors: [{ in: 'query', parameter }] });
}

/** Cursors in the earlier form with any content, including times and numbers that PostgreSQL cannot represent. */
const handMade = fc
  .oneof(
    fc.tuple(
      fc.constantFrom('-createdAt', 'createdAt', 'parkedSince', 'newest'),
      fc.constantFrom(
        '0000-01-01 00:00:00+00',
        '2026-13-45 99:99:99+99',
        '999999-01-01 00:00:00+00',
        '2026-11-29 00:00:00+00',
      ),
      fc.constantFrom('ri_0', 'authority/999999999999999', '\u0000', `ri_${'0'.repeat(32)}/1`),
    ),
    fc.jsonValue(),
  )
  .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
const anyCursor = fc.oneof(
  handMade,
  fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => text.isWellFormed()),
  fc.constantFrom('2147483648', '9223372036854775808', '-1', '0', '', 'Infinity'),
);

describe('a cursor', () => {
  it.each(names)('A cursor of the list of %s that the server did not make is refused', async (name) => {
    await fc.assert(
      fc.asyncProperty(anyCursor, async (cursor) =>
        expectBlame(await get(withCursor(name, cursor)), 'cursor'),
      ),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it.each(names)('A cursor of the list of %s works for that list only, and unaltered only', async (name) => {
    const path = name.includes('reissues') ? `${lists[name]}&limit=1` : lists[name];
    const { nextCursor } = (await get(path)).json as { nextCursor: string };
    expect((await get(withCursor(name, nextCursor))).status).toBe(200);
    for (const other of names.filter((each) => each !== name))
      expectBlame(await get(withCursor(other, nextCursor)), 'cursor');
    const altered = Buffer.from(nextCursor, 'base64url').map((byte, at) => (at === 17 ? byte ^ 1 : byte));
    expectBlame(await get(withCursor(name, Buffer.from(altered).toString('base64url'))), 'cursor');
  });

  it('A cursor of the items of a plan is refused after a new plan', async () => {
    const { nextCursor } = (await get(lists['items of an operation'])).json as { nextCursor: string };
    const body = { selection: { serials: serials.slice(1) } };
    expect((await world.call('PATCH', `/v1/operations/${operationId}`, staff, { body })).status).toBe(200);
    expectBlame(await get(withCursor('items of an operation', nextCursor)), 'cursor');
  });
});

describe('a parameter of a query', () => {
  const moments = fc.constantFrom(
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+23:59',
    '9999-12-31T23:59:59-23:59',
    '2026-11-29T00:00:00+23:59',
    '2026-11-29T00:00:00.123456789Z',
    '2026-02-29T00:00:00Z',
    '2026-11-29T24:00:00Z',
  );
  const value = fc.oneof(
    moments,
    fc.constantFrom('\u0000', 'staff:\u0000', '2147483648', '1e400', '-0', '1.5', 'x'.repeat(300)),
    fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed()),
  );
  const taken: Record<string, readonly string[]> = {
    '/v1/reissues': [
      'state',
      'open',
      'step',
      'code',
      'reason',
      'customerRef',
      'createdFrom',
      'createdTo',
      'parkedBefore',
      'sort',
      'limit',
    ],
    '/v1/reissues/count': ['createdFrom', 'createdTo', 'parkedBefore', 'customerRef', 'by'],
    '/v1/certificates': ['serial', 'customerRef'],
    '/v1/operations': ['state', 'kind', 'requestedBy', 'limit'],
    '/v1/operations/:id/items': ['limit'],
    '/v1/audit': ['actor', 'action', 'outcome', 'customerRef', 'serial', 'reissueId', 'from', 'to', 'limit'],
    '/v1/audit/export': ['from', 'to', 'actor', 'serial', 'format'],
    '/v1/audit/checkpoints': ['limit'],
    '/v1/audit/access-review': ['month'],
  };

  it.each(Object.keys(taken))(
    'A query parameter of %s is answered or refused, and breaks nothing',
    async (path) => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...taken[path]!), value, async (name, text) => {
          const { status } = await get(withQuery(path, name, text));
          expect([200, 422]).toContain(status);
        }),
        { numRuns: 60, endOnFailure: true },
      );
    },
  );

  it.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+14:00'])(
    'A query parameter with the time %s is refused',
    async (text) => {
      for (const name of ['createdFrom', 'createdTo', 'parkedBefore'])
        expectBlame(await get(withQuery('/v1/reissues', name, text)), name);
      for (const name of ['from', 'to']) expectBlame(await get(withQuery('/v1/audit', name, text)), name);
    },
  );
});

it('A body with text that PostgreSQL cannot store is refused, and nothing is planned', async () => {
  const plan = (change: object) =>
    world.call('POST', '/v1/operations', staff, {
      body: {
        kind: 'revoke',
        selection: { serials },
        parameters: { revocationReason: 'superseded' },
        reason: 'as asked',
        ...change,
      },
      headers: { 'idempotency-key': randomBytes(16).toString('hex') },
    });
  const before = ((await get('/v1/operations')).json as { items: object[] }).items.length;
  for (const change of [
    { reason: 'half of a pair \ud800' },
    { reason: 'a NUL \u0000' },
    { parameters: { revocationReason: 'keyCompromise', invalidityDate: '0000-01-01T00:00:00Z' } },
    { selection: { filter: { createdFrom: '0000-01-01T00:00:00Z' } } },
    { selection: { serials: ['\u0000'] } },
  ])
    expect([change, (await plan(change)).status]).toEqual([change, 422]);
  expect(((await get('/v1/operations')).json as { items: object[] }).items).toHaveLength(before);
});
