import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inTransaction } from '#libs/db';
import { appendAudit, appendAuthorityEntry } from '#libs/db/audit';
import { makeCheckpoint, sequenceEntries, type AuditSigningKey } from '#libs/audit-log';
import { generateKeyPairSync } from 'node:crypto';
import { sql } from 'kysely';
import { insertBareReissue } from '../world/bare-reissue.js';
import { insertUnstampedEntries } from '../world/unstamped-entries.js';
import { auditor, operator, OpsWorld } from '../world/ops-world.js';

interface Entry {
  stream: string;
  sequence: number;
  leafIndex: number | null;
  actor: string;
  action: string;
  outcome: string;
  reason: string | null;
  details: Record<string, unknown>;
  occurredAt: string;
}

const began = Date.parse('2026-09-01T00:00:00Z');
const minute = 60_000;
const key: AuditSigningKey = {
  ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { kty: string }),
  kid: 'audit-spec',
};
const formula = `=HYPERLINK("http://127.0.0.1:1","look, here")`;
const serials = ['0a0b0c', '0d0e0f'] as const;

let world: OpsWorld;
const reissueIds: string[] = [];
beforeAll(async () => {
  world = await OpsWorld.create();
  await insertUnstampedEntries(world.owner, async () => {
    for (let n = 0; n < 6; n += 1) reissueIds.push(await reissueWithEntries(n));
    for (let n = 0; n < 8; n += 1) await actOutside(n);
  });
});
afterAll(() => world.close());

/**
 * Every third reissue belongs to one customer. Each has ten entries; two of them have the same time as two entries of
 * every other reissue.
 */
async function reissueWithEntries(n: number): Promise<string> {
  const at = (step: number) => new Date(began + Math.floor(step / 2) * minute);
  const reissueId = await insertBareReissue(world.owner, at(0), { customer_ref: `cr_${n % 3}` });
  await inTransaction(world.owner, async (tx) => {
    for (let step = 0; step < 10; step += 1)
      await appendAudit(tx, reissueId, {
        actor: step % 2 ? 'customer' : 'system',
        action: step === 9 ? 'signCertificate' : 'giveConsents',
        outcome: step === 4 ? 'REFUSED' : 'DONE',
        ...(step === 4 ? { reason: formula } : {}),
        details: step === 9 ? { serial: serials[n % 2]! } : { step },
        occurred_at: at(step),
      });
  });
  return reissueId;
}

const actOutside = (n: number) =>
  appendAuthorityEntry(world.owner, {
    actor: n % 2 ? 'staff:olivia' : 'operator:bora',
    action: n % 2 ? 'readReissue' : 'certificate.revoke',
    outcome: 'DONE',
    details: n % 2 ? { reissueId: reissueIds[n % 6]! } : { serial: serials[0] },
    occurredAt: new Date(began + n * minute),
  });

async function page(query: string): Promise<{ items: Entry[]; nextCursor: string | null }> {
  const { status, json } = await world.get(`/v1/audit?${query}`, auditor);
  expect([status, json]).toEqual([200, expect.anything()]);
  return json as { items: Entry[]; nextCursor: string | null };
}

/** Reads all pages. Entries that these reads add are left out. */
async function all(query: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const next = await page(`to=2026-10-01T00:00:00Z&${query}&limit=7${cursor && `&cursor=${cursor}`}`);
    found.push(...next.items);
    cursor = next.nextCursor;
  }
  return found;
}

const placeOf = ({ stream, sequence }: Entry) => `${stream}/${sequence}`;

/** The latest accesses of a person, the newest first. */
const looksOf = async (sub: string) =>
  (await page(`actor=staff:${sub}&limit=200`)).items.map(({ action, outcome, details }) => ({
    ...{ action, outcome, details },
  }));

describe('the search of the audit trail', () => {
  it('The search of the audit trail shows every entry once, page by page, newest first, also for entries of the same time', async () => {
    const found = await all('');
    expect(new Set(found.map(placeOf)).size).toBe(68);
    expect(found).toHaveLength(68);
    const times = found.map(({ occurredAt }) => occurredAt);
    expect(times).toEqual(times.toSorted().reverse());
    expect(await all('')).toEqual(found);
  });

  it.each<[string, () => number, (entry: Entry) => boolean]>([
    ['actor=customer', () => 30, ({ actor }) => actor === 'customer'],
    [
      'actor=staff:olivia',
      () => 4,
      ({ actor, stream }) => actor === 'staff:olivia' && stream === 'authority',
    ],
    ['action=signCertificate', () => 6, ({ action }) => action === 'signCertificate'],
    ['outcome=REFUSED', () => 6, ({ outcome }) => outcome === 'REFUSED'],
    ['actor=system&outcome=REFUSED', () => 6, ({ actor }) => actor === 'system'],
    ['customerRef=cr_1', () => 20, ({ stream }) => [reissueIds[1], reissueIds[4]].includes(stream)],
    [`serial=${serials[0].toUpperCase()}`, () => 7, ({ details }) => details.serial === serials[0]],
    ['from=2026-09-01T00:04:00Z', () => 12 + 4, ({ occurredAt }) => occurredAt >= '2026-09-01T00:04:00.000Z'],
    ['to=2026-09-01T09:01:00%2B09:00', () => 13, ({ occurredAt }) => occurredAt < '2026-09-01T00:01:00.000Z'],
    ['customerRef=cr_1&serial=ffff', () => 0, () => false],
  ])('by %s finds what it is about and nothing else', async (query, count, about) => {
    // A later `to` in the query would be a second `to`, so one page is requested.
    const found = query.startsWith('to=') ? (await page(`${query}&limit=200`)).items : await all(query);
    expect(found).toHaveLength(count());
    expect(found.filter((entry) => !about(entry))).toEqual([]);
  });

  it('The search of the audit trail by a reissue finds its own entries and acts outside it that name it', async () => {
    const found = await all(`reissueId=${reissueIds[1]!}`);
    expect(found.filter(({ stream }) => stream === reissueIds[1])).toHaveLength(10);
    const outside = found.filter(({ stream }) => stream === 'authority');
    expect(outside.map(({ details }) => details)).toEqual([
      { reissueId: reissueIds[1] },
      { reissueId: reissueIds[1] },
    ]);
  });

  it('The search of the audit trail gives the place of an entry in the log once it has one', async () => {
    expect((await all('')).every(({ leafIndex }) => leafIndex === null)).toBe(true);
    const now = new Date();
    await inTransaction(world.owner, (tx) => sequenceEntries(tx, 1_000, now));
    await inTransaction(world.owner, (tx) =>
      makeCheckpoint(tx, { origin: 'reseal', key, intervalMs: 0 }, now),
    );
    const indexes = (await all('')).map(({ leafIndex }) => leafIndex);
    expect(indexes.every((index) => index !== null)).toBe(true);
    expect(new Set(indexes).size).toBe(68);
  });

  it.each([
    ['actor=two words', 'actor'],
    ['serial=xyz', 'serial'],
    ['reissueId=ri_1', 'reissueId'],
    ['from=yesterday', 'from'],
    ['limit=201', 'limit'],
    ['cursor=abc', 'cursor'],
    ['actr=customer', 'actr'],
  ])('The search of the audit trail refuses %s and records nothing', async (query, name) => {
    const before = (await looksOf('audrey')).length;
    const { status, text } = await world.get(`/v1/audit?${query}`, auditor);
    expect(status).toBe(422);
    expect(text).toContain(name);
    expect((await looksOf('audrey')).length).toBe(before + 1); // the count itself is recorded as an access
  });

  it('The search of the audit trail refuses a cursor of another list', async () => {
    const { json } = await world.get('/v1/reissues?limit=1', auditor);
    const { nextCursor } = json as { nextCursor: string };
    expect((await world.get(`/v1/audit?cursor=${nextCursor}`, auditor)).status).toBe(422);
  });
});

describe('a look at the audit trail', () => {
  it('A look at the audit trail is recorded, with the query, before anything is shown', async () => {
    await world.get(`/v1/audit?customerRef=cr_2&from=2026-09-01T09:00:00%2B09:00`, { ...auditor, sub: 'a1' });
    await world.get(`/v1/audit/export?format=csv&serial=${serials[1]}`, { ...auditor, sub: 'a1' });
    await world.get('/v1/audit/access-review?month=2026-09', { ...auditor, sub: 'a1' });
    expect((await looksOf('a1')).reverse()).toEqual([
      {
        action: 'searchAudit',
        outcome: 'DONE',
        details: { filter: { customerRef: 'cr_2', from: '2026-09-01T00:00:00.000Z' } },
      },
      {
        action: 'exportAudit',
        outcome: 'STARTED',
        details: { format: 'csv', filter: { serial: serials[1] } },
      },
      {
        action: 'exportAudit',
        outcome: 'DONE',
        details: { format: 'csv', filter: { serial: serials[1] }, entries: 3 },
      },
      { action: 'reviewAccess', outcome: 'DONE', details: { month: '2026-09' } },
    ]);
  });

  it('A look at the audit trail that was refused or failed is not recorded as done', async () => {
    const a2 = { ...auditor, sub: 'a2' };
    const query = 'month=2026-09';
    const refused = await world.call('GET', `/v1/audit/access-review?${query}`, a2, {
      headers: { accept: 'image/png' },
    });
    expect(refused.status).toBe(406);
    const unknown = `ri_${'9'.repeat(32)}`;
    expect((await world.get(`/v1/reissues/${unknown}/evidence`, a2)).problem).toBe('not-found');
    const looks = await world.owner
      .selectFrom('authority_entry')
      .select(['action', 'outcome', 'reason'])
      .where('actor', '=', 'staff:a2')
      .orderBy('position')
      .execute();
    expect(looks).toEqual([
      { action: 'reviewAccess', outcome: 'REFUSED', reason: 'not-acceptable' },
      { action: 'exportEvidence', outcome: 'REFUSED', reason: 'not-found' },
    ]);
  });

  it('A look at the audit trail shows nothing if it cannot be recorded', async () => {
    await sql`ALTER TABLE authority_entry ADD CONSTRAINT broken CHECK (false) NOT VALID`.execute(world.owner);
    try {
      for (const path of ['', '/export', '/access-review?month=2026-09']) {
        const { status, text } = await world.get(`/v1/audit${path}`, auditor);
        expect(status).toBeGreaterThanOrEqual(500);
        expect(text).not.toContain('giveConsents');
      }
    } finally {
      await sql`ALTER TABLE authority_entry DROP CONSTRAINT broken`.execute(world.owner);
    }
  });

  it('A look at the audit trail is refused to operators', async () => {
    for (const path of ['', '/export', '/checkpoints', '/access-review?month=2026-09'])
      expect((await world.get(`/v1/audit${path}`, operator)).problem).toBe('role-required');
  });
});

describe('an export', () => {
  const old = 'to=2026-10-01T00:00:00Z';

  it('An export as JSON Lines has the results of the search in the same order', async () => {
    const { status, headers, text } = await world.get(`/v1/audit/export?${old}`, auditor);
    expect([status, headers['content-type']]).toEqual([200, 'application/jsonl']);
    expect(headers['content-disposition']).toMatch(/^attachment; filename="audit\.jsonl"$/);
    expect(headers['cache-control']).toBe('no-store');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry);
    expect(lines).toEqual(await all(''));
  });

  it('An export as CSV has a header, a record for each entry, and no cell that a spreadsheet would execute', async () => {
    const { headers, text } = await world.get(`/v1/audit/export?${old}&format=csv`, auditor);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(text.startsWith('\uFEFF')).toBe(true); // by this mark Excel in Korea recognises UTF-8
    const records = readCsv(text.slice(1));
    expect(records[0]).toEqual([
      ...['occurredAt', 'stream', 'sequence', 'leafIndex', 'actor', 'requestedBy', 'approvedBy', 'action'],
      ...['outcome', 'reason', 'details'],
      ...['personalDigest', 'recordedBy', 'recordedAt'],
    ]);
    expect(records).toHaveLength(69);
    expect(records.every((cells) => cells.length === 14)).toBe(true);
    expect(records.filter(([, , , , , , , , , reason]) => reason === `'${formula}`)).toHaveLength(6);
    expect(records.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
  });

  it('An export continues beyond one page of the database', async () => {
    await insertUnstampedEntries(world.owner, () =>
      sql`INSERT INTO authority_entry (actor, action, outcome, details, occurred_at)
        SELECT 'operator:many', 'rotate', 'DONE', '{}', timestamptz '2026-08-01T00:00:00Z' + n / 10 * interval '1 s'
        FROM generate_series(1, 2500) AS n`.execute(world.owner),
    );
    const { text } = await world.get('/v1/audit/export?actor=operator:many', auditor);
    const places = text
      .trimEnd()
      .split('\n')
      .map((line) => placeOf(JSON.parse(line) as Entry));
    expect(places).toHaveLength(2_500);
    expect(new Set(places).size).toBe(2_500);
  });
});

/** Parses RFC 4180. It distinguishes commas and quotes in a value from those that separate values. */
function readCsv(text: string): string[][] {
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  const records: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(cell)) {
    records.at(-1)!.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end === '\r\n') records.push([]);
  }
  return records.slice(0, -1);
}

describe('the checkpoints', () => {
  it('The checkpoints are listed as they were signed, newest first', async () => {
    const { status, json } = await world.get('/v1/audit/checkpoints', auditor);
    expect(status).toBe(200);
    const [newest] = (json as { items: { size: number; root: string; jws: string }[] }).items;
    const [, payload = ''] = newest!.jws.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      origin: 'reseal',
      size: newest!.size,
      root: newest!.root,
    });
  });
});

describe('the access review of a month', () => {
  const review = (accept: string, language = 'en') =>
    world.call('GET', '/v1/audit/access-review?month=2026-09', auditor, {
      headers: { accept, 'accept-language': language },
    });

  it('The access review of a month sums up looks and acts by person, in the month of Korean time', async () => {
    const { json } = await review('application/json');
    expect(json).toMatchObject({
      month: '2026-09',
      from: '2026-08-31T15:00:00.000Z',
      to: '2026-09-30T15:00:00.000Z',
    });
    const { people } = json as { people: { actor: string; acts: Record<string, unknown>[] }[] };
    expect(people.map(({ actor, acts }) => ({ actor, acts }))).toEqual([
      {
        actor: 'operator:bora',
        acts: [expect.objectContaining({ action: 'certificate.revoke', times: 4, reissues: 0 })],
      },
      {
        actor: 'staff:olivia',
        acts: [
          {
            ...{ action: 'readReissue', outcome: 'DONE', times: 4, reissues: 3 },
            ...{ first: '2026-09-01T00:01:00.000Z', last: '2026-09-01T00:07:00.000Z' },
          },
        ],
      },
    ]);
  });

  it('The access review names the people with their roles, also those who did nothing, and unused rights', async () => {
    const member = {
      name: 'Fictional <Approver>',
      first_seen_at: new Date(began),
      last_seen_at: new Date(began),
    };
    await world.owner
      .insertInto('staff_member')
      .values([
        { subject: 'april', roles: ['approver'], ...member },
        { subject: 'later', roles: ['operator'], ...member, first_seen_at: new Date('2026-10-02T00:00:00Z') },
      ])
      .execute();
    const { people } = (await review('application/json')).json as { people: Record<string, unknown>[] };
    expect(people.map(({ actor }) => actor)).toEqual(['operator:bora', 'staff:april', 'staff:olivia']);
    expect(people[1]).toMatchObject({
      ...{ name: 'Fictional <Approver>', roles: ['approver'], unusedRoles: ['approver'], acts: [] },
    });
    expect(people[2]).toMatchObject({ name: null, roles: [], unusedRoles: [] });
  });

  it('The access review says what should have been looked at and was not', async () => {
    const park = async (at: Date) => {
      const reissueId = await insertBareReissue(world.owner, at);
      const entry = { actor: 'system', action: 'park', outcome: 'PARKED', occurred_at: at } as const;
      await inTransaction(world.owner, (tx) => appendAudit(tx, reissueId, entry));
      return reissueId;
    };
    const may = new Date('2026-05-10T00:00:00Z');
    const june = new Date('2026-06-10T00:00:00Z');
    const ids: string[] = [];
    await insertUnstampedEntries(world.owner, async () => {
      ids.push(await park(june), await park(june), await park(may));
      for (const reissueId of ids.slice(1))
        await appendAuthorityEntry(world.owner, {
          ...{ actor: 'staff:olivia', action: 'readReissue', outcome: 'DONE', details: { reissueId } },
          occurredAt: new Date(june.getTime() + 3_600_000),
        });
      await appendAuthorityEntry(world.owner, {
        ...{ actor: 'staff:olivia', action: 'plan', outcome: 'DONE', occurredAt: may },
      });
    });
    const operation = (state: 'EXPIRED' | 'DONE', digit: string) => ({
      ...{ operation_id: `op_${digit.repeat(32)}`, kind: 'hold' as const, state, digest: digit, items: 1 },
      ...{ selection: '{}', parameters: '{}', reason: 'spec', requested_by: 'staff:olivia' },
      ...{
        request_key: digit,
        request_digest: digit,
        created_at: june,
        updated_at: june,
        confirmed_at: june,
      },
      ended_at: june,
    });
    await world.owner
      .insertInto('operation')
      .values([operation('EXPIRED', 'a'), operation('DONE', 'b')])
      .execute();
    const read = async () => (await world.get('/v1/audit/access-review?month=2026-06', auditor)).json;
    const overlooked = { parkedReissues: [ids[0]], undecidedOperations: [`op_${'a'.repeat(32)}`] };
    expect((await read()).overlooked).toEqual({ ...overlooked, earlierReview: '2026-05' });
    await world.get('/v1/audit/access-review?month=2026-05', auditor);
    expect((await read()).overlooked).toEqual({ ...overlooked, earlierReview: null });
  });

  it.each([
    ['ko', '월간 접근 검토 2026-09', '재발급 건 조회 (readReissue)', '완료 (DONE)', '검토자 성명'],
    ['en', 'Access review 2026-09', 'Reissue looked at (readReissue)', 'done (DONE)', 'Name of the reviewer'],
  ])('The access review of a month is a document to sign in the language %s', async (language, ...texts) => {
    const { headers, text } = await review('text/html', language);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).toContain(`<html lang="${language}">`);
    for (const part of texts) expect(text).toContain(part);
    expect(text).toContain('Fictional &lt;Approver&gt;');
    expect(text).not.toContain('<Approver>');
  });

  it('The access review of a month is a table in the language of the reader, with codes', async () => {
    const [titles, ...rows] = readCsv((await review('text/csv', 'ko')).text);
    expect(titles).toHaveLength(12);
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => 12));
    expect(rows).toContainEqual(
      expect.arrayContaining(['staff:olivia', '재발급 건 조회', 'readReissue', '완료', 'DONE', '4', '3']),
    );
  });

  it('The access review accepts months only and names the formats that it has', async () => {
    expect((await world.get('/v1/audit/access-review?month=2026-13', auditor)).status).toBe(422);
    expect((await review('image/png')).status).toBe(406);
  });
});

describe('verifying an uploaded bundle', () => {
  const verify = (body: object | string) =>
    world.call('POST', '/v1/evidence/verify', auditor, {
      body,
      headers: { 'content-type': 'application/json' },
    });

  it('The verifier reports a file that is no bundle', async () => {
    const { status, json } = await verify({ format: 'something else' });
    expect([status, json]).toMatchObject([200, { valid: false }]);
    const { findings } = json as { findings: { kind: string }[] };
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['FORMAT_INVALID']));
  });

  it.each([
    ['no JSON', '{"format":', 'UNREADABLE'],
    ['two members of one name', '{"reissue":1,"reissue":2}', 'FORMAT_INVALID'],
    ['a member __proto__', '{"entries":[{"entry":{"details":{"__proto__":{}}}}]}', 'FORMAT_INVALID'],
    ['a number that is infinite', '{"madeAt":1e999}', 'FORMAT_INVALID'],
    ['half a character', '{"format":"\\ud800"}', 'FORMAT_INVALID'],
    ['20,000 levels', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'FORMAT_INVALID'],
  ])('The verifier answers with one finding to %s', async (_, body, kind) => {
    const { status, json } = await verify(body);
    expect([status, json]).toMatchObject([200, { valid: false, findings: [{ kind }] }]);
  });

  it('The verifier’s body limit does not loosen the limits of other calls', async () => {
    const body = '{"__proto__":{}}';
    const headers = { 'content-type': 'application/json' };
    expect(await world.call('POST', '/v1/operations', operator, { body, headers })).toMatchObject({
      status: 400,
    });
  });
});
