import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createDatabase, type Database } from '#libs/db';
import { sql } from 'kysely';
import { commands } from '../../apps/signer/src/ca/commands/index.js';
import { createContext } from '../../apps/signer/src/ca/context.js';
import { insertBareReissue } from '../world/bare-reissue.js';
import { enrolCertificates } from '../world/enrolled-certificates.js';
import { createRunningOperation, type GivenOperation } from '../world/operations.js';
import { MovableClock } from '../world/movable-clock.js';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

// On a machine that runs other tests at the same time, everything takes longer.
jest.setTimeout(120_000);

const clock = new MovableClock(new Date('2026-11-05T03:04:05.678Z'));
const folder = mkdtempSync(join(tmpdir(), 'reseal-lists-'));
let database: TestDatabase;
let owner: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = createDatabase({ url: database.urlOf('owner'), ...asSpec });
});
afterAll(async () => {
  await owner.destroy();
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** Runs a command as `npm run ca` does, and returns its output. */
async function ca(
  name: string,
  args: string[],
  written: () => void = () => undefined,
): Promise<{ code: number; lines: string[] }> {
  const command = commands.find((each) => each.name === name);
  if (!command) throw new Error(`there is no command ${name}`);
  const lines: string[] = [];
  const env = {
    RESEAL_ENV: 'test',
    RESEAL_DATABASE_URL: database.urlOf('signer'),
    RESEAL_CA_PASSPHRASE: 'not opened here',
    RESEAL_OCSP_PASSPHRASE: 'not opened here',
    RESEAL_STATUS_URL: 'http://status.reseal.test',
  };
  const { context, close } = createContext({
    ...{ as: 'spec', env, clock: clock.now },
    out: (line) => {
      written();
      lines.push(line);
    },
  });
  try {
    return { code: (await command.run(args, context)) ?? 0, lines };
  } finally {
    await close();
  }
}

/** Approves an operation on these certificates, and returns the arguments that name it. */
async function approved(
  kind: 'revoke' | 'hold' | 'release',
  serials: readonly string[],
  more: Partial<GivenOperation> = {},
): Promise<string[]> {
  const parameters = kind === 'revoke' ? { revocationReason: 'keyCompromise' as const } : {};
  const targets = serials.map((target) => ({ target }));
  const operationId = await createRunningOperation(owner, {
    kind,
    targets,
    parameters,
    at: clock.now(),
    ...more,
  });
  return ['--operation', operationId];
}

function list(...lines: string[]): string {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.txt`);
  writeFileSync(file, lines.join('\n'));
  return file;
}

const tables = ['certificate', 'event', 'authority_entry', 'blocked_key', 'customer', 'reissue'] as const;
/** A digest of every row of the database: two digests are equal if nothing changed between them. */
async function everything(): Promise<unknown> {
  const digests = tables.map(async (table) => {
    const { rows } = await sql<{ digest: string | null }>`
      select md5(string_agg(${sql.ref(table)}::text, '' order by ${sql.ref(table)}::text)) as digest
      from ${sql.table(table)}`.execute(owner);
    return [table, rows[0]?.digest];
  });
  return Promise.all(digests);
}

const outcomesOf = ({ lines }: { lines: string[] }) =>
  Object.fromEntries(
    lines
      .map((line) => JSON.parse(line) as { serial?: string; outcome?: string })
      .flatMap(({ serial, outcome }) => (serial ? [[serial, outcome]] : [])),
  ) as Record<string, string>;

async function revokedOf(serials: readonly string[]): Promise<number> {
  const rows = await owner
    .selectFrom('certificate')
    .select('serial')
    .where('serial', 'in', serials)
    .where('revoked_at', 'is not', null)
    .execute();
  return rows.length;
}

const entries = (action: string) =>
  owner.selectFrom('authority_entry').selectAll().where('action', '=', action).orderBy('position').execute();

const revocation = ['--reason', 'keyCompromise'];

describe('revoking a list of certificates', () => {
  /** One certificate in each state; the last serial number was never issued. */
  async function mixed() {
    const earlier = new Date('2026-10-01T00:00:00Z');
    const [valid] = await enrolCertificates(owner, 1);
    const [held] = await enrolCertificates(owner, 1, { hold_at: earlier });
    const [revoked] = await enrolCertificates(owner, 1, {
      revoked_at: earlier,
      revocation_reason: 'superseded',
    });
    const [expired] = await enrolCertificates(owner, 1, { not_after: earlier });
    return { serials: [valid!, held!, revoked!, expired!, '10abc'] };
  }

  it('ca revoke with a list plans the outcome of each certificate and changes nothing without confirmation', async () => {
    const { serials } = await mixed();
    const before = await everything();
    const file = list(...serials);
    const { code, lines } = await ca('revoke', ['--serials', file, ...revocation]);
    expect(lines.map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
      [serials[0], 'REVOKE'],
      [serials[1], 'REVOKE'],
      [serials[2], 'ALREADY_REVOKED'],
      [serials[3], 'EXPIRED'],
      [serials[4], 'UNKNOWN'],
      ['REVOKE', '2,'],
      ['Nothing', 'was'],
    ]);
    expect(code).toBe(3);
    expect(await everything()).toEqual(before);
  });

  it('ca revoke with a list does what it planned after confirmation, with audit entries before and after', async () => {
    const { serials } = await mixed();
    const before = (await entries('certificates.revoke')).length;
    const at = '2026-10-31T21:00:00+09:00';
    const parameters = { revocationReason: 'keyCompromise', invalidityDate: at } as const;
    const operation = await approved('revoke', serials, { parameters });
    const done = await ca('revoke', [...operation, '--comment', '서버 침해', '--json', '--confirm']);
    expect(done.code).toBe(3);
    expect(Object.values(outcomesOf(done))).toEqual([
      ...['REVOKED', 'REVOKED', 'ALREADY_REVOKED', 'EXPIRED', 'UNKNOWN'],
    ]);
    const counts = { REVOKED: 2, ALREADY_REVOKED: 1, EXPIRED: 1, UNKNOWN: 1 };
    expect(JSON.parse(done.lines.at(-1)!)).toEqual({ counts, changed: true });
    const rows = await owner
      .selectFrom('certificate')
      .selectAll()
      .where('serial', 'in', serials.slice(0, 2))
      .execute();
    for (const row of rows)
      expect(row).toMatchObject({ revocation_reason: 'keyCompromise', invalidity_date: new Date(at) });

    const [start, end, ...more] = (await entries('certificates.revoke')).slice(before);
    expect(more).toEqual([]);
    const about = {
      ...{ operationId: operation[1], approvedBy: 'staff:april' },
      ...{ certificates: 5, reason: 'keyCompromise', comment: '서버 침해' },
    };
    expect(start).toMatchObject({ actor: 'operator:spec', outcome: 'STARTED', details: about });
    expect(end).toMatchObject({ actor: 'operator:spec', outcome: 'DONE', details: { ...about, counts } });
    expect(end!.details.listDigest).toBe(start!.details.listDigest);
  });

  it('ca revoke with a list takes each certificate once, however its serial number is written', async () => {
    const [serial] = await enrolCertificates(owner, 1);
    const octets = serial!.toUpperCase().match(/../g)!.join(':');
    const file = list('# found on a lost laptop', serial!, '', octets, `0x${serial}`, `00${serial}\r`);
    const shown = await ca('revoke', ['--serials', file, ...revocation, '--json']);
    expect(outcomesOf(shown)).toEqual({ [serial!]: 'REVOKE' });
    expect(shown.code).toBe(0);
  });

  it('ca revoke with a list names every line that is no serial number and changes nothing', async () => {
    const [serial] = await enrolCertificates(owner, 1);
    const before = await everything();
    const file = list(serial!, 'CN=홍가상', '', `${serial},`, serial!);
    const run = ca('revoke', ['--serials', file, ...revocation]);
    await expect(run).rejects.toThrow(
      `line 2 is not a serial number: "CN=홍가상"\nline 4 is not a serial number: "${serial},"\nNothing was changed.`,
    );
    expect(await everything()).toEqual(before);
  });

  it.each([
    ['no list', ['--reason', 'superseded']],
    ['an empty list', ['--serials', '/dev/null', '--reason', 'superseded']],
    ['a list that is not there', ['--serials', '/nonexistent', '--reason', 'superseded']],
    ['a list and serials beside it', ['--serials', '/dev/null', '10ab', '--reason', 'superseded']],
    ['no reason', ['10ab']],
    ['certificateHold as a reason', ['10ab', '--reason', 'certificateHold']],
    ['a reason of CAs', ['10ab', '--reason', 'cACompromise']],
    ['serials beside an operation', ['10ab', '--operation', `op_${'0'.repeat(32)}`]],
    [
      'an invalidity date in the future',
      ['10ab', ...revocation, '--invalidity-date', '2026-11-05T03:04:06Z'],
    ],
    [
      'an invalidity date without a zone',
      ['10ab', ...revocation, '--invalidity-date', '2026-11-01T00:00:00'],
    ],
    [
      'an invalidity date that there is not',
      ['10ab', ...revocation, '--invalidity-date', '2026-02-30T00:00:00Z'],
    ],
    ['a comment of two lines', ['10ab', ...revocation, '--comment', 'a\nb']],
    ['an unknown option', ['10ab', ...revocation, '--force']],
  ])('ca revoke with a list is refused with %s', async (_what, args) => {
    const before = await everything();
    await expect(ca('revoke', args)).rejects.toThrow(/./);
    expect(await everything()).toEqual(before);
  });

  it('ca revoke with a list continues after an interruption when it runs again', async () => {
    const serials = await enrolCertificates(owner, 220);
    const given = [...(await approved('revoke', serials)), '--confirm', '--json'];
    const outcomes = { left: 10 };
    const closed = () => {
      if ((outcomes.left -= 1) < 0) throw new Error('the terminal is gone');
    };
    await expect(ca('revoke', given, closed)).rejects.toThrow('the terminal is gone');
    expect((await entries('certificates.revoke')).at(-1)).toMatchObject({ outcome: 'FAILED' });
    const before = await revokedOf(serials);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(serials.length);

    const second = await ca('revoke', given);
    expect(second.code).toBe(0);
    const counts = JSON.parse(second.lines.at(-1)!) as unknown;
    expect(counts).toEqual({
      counts: { ALREADY_REVOKED: before, REVOKED: serials.length - before },
      changed: true,
    });
    expect(await revokedOf(serials)).toBe(serials.length);
    const events = await owner.selectFrom('event').select('stream').where('stream', 'in', serials).execute();
    expect(events).toHaveLength(serials.length);
  });

  it('ca revoke plans a hundred thousand certificates', async () => {
    const known = await enrolCertificates(owner, 500);
    const unknown = Array.from({ length: 99_500 }, (_, index) => `10${index.toString(16).padStart(34, '0')}`);
    const { lines } = await ca('revoke', ['--serials', list(...known, ...unknown), ...revocation, '--json']);
    expect(lines).toHaveLength(100_001);
    expect(JSON.parse(lines.at(-1)!)).toEqual({ counts: { REVOKE: 500, UNKNOWN: 99_500 }, changed: false });
  });
});

describe('holding and releasing', () => {
  it('ca hold and release plan first, act once after confirmation, and find a second call done', async () => {
    const serials = await enrolCertificates(owner, 2);
    const before = await everything();
    expect((await ca('hold', [...serials])).lines[0]).toMatch(/ HOLD$/);
    expect(await everything()).toEqual(before);

    for (const [name, word, again] of [
      ['hold', 'HELD', 'ALREADY_ON_HOLD'],
      ['release', 'RELEASED', 'NOT_ON_HOLD'],
    ] as const) {
      const operation = await approved(name, serials);
      const done = await ca(name, [...operation, '--confirm', '--json', '--comment', '고객이 찾음']);
      expect([done.code, ...Object.values(outcomesOf(done))]).toEqual([0, word, word]);
      const repeated = await ca(name, [...operation, '--confirm', '--json']);
      expect([repeated.code, ...Object.values(outcomesOf(repeated))]).toEqual([0, again, again]);
    }
  });

  it('ca hold says what to do about the certificate of an open reissue in place of getting an approval', async () => {
    const reissue_id = await insertBareReissue(owner, clock.now());
    const [serial] = await enrolCertificates(owner, 1, { reissue_id });
    const { code, lines } = await ca('hold', [serial!]);
    expect(code).toBe(3);
    expect(lines).toEqual([
      expect.stringMatching(`^${serial} .*REISSUE_OPEN  ${reissue_id}$`),
      'REISSUE_OPEN 1',
      expect.stringMatching(/^REISSUE_OPEN: cancel or abandon the reissue/),
      'Nothing was changed.',
    ]);
  });

  it('ca hold and release refuse a revoked certificate with an exit code of its own', async () => {
    const [serial] = await enrolCertificates(owner, 1);
    await ca('revoke', [...(await approved('revoke', [serial!])), '--confirm']);
    for (const name of ['hold', 'release'] as const)
      expect(await ca(name, [...(await approved(name, [serial!])), '--confirm', '--json'])).toMatchObject({
        code: 3,
      });
  });
});

describe('without an operation that another person approved', () => {
  const refused = (name: string, args: string[]) => expect(ca(name, args)).rejects;

  it('The ca command changes nothing without an operation that another person approved', async () => {
    const [serial] = await enrolCertificates(owner, 1);
    await refused('revoke', [serial!, ...revocation, '--confirm']).toThrow(/give it with --operation/);
    await refused('hold', ['--operation', `op_${'0'.repeat(32)}`, '--confirm']).toThrow(/OPERATION_UNKNOWN/);
    const unapproved = await approved('hold', [serial!], { approvedBy: null });
    await refused('hold', [...unapproved, '--confirm']).toThrow(/OPERATION_NOT_APPROVED/);
    const other = await approved('hold', [serial!]);
    await refused('revoke', [...other, '--confirm']).toThrow(/NOT_IN_OPERATION/);
    const row = await owner.selectFrom('certificate').selectAll().where('serial', '=', serial!).execute();
    expect(row).toMatchObject([{ hold_at: null, revoked_at: null }]);
    expect((await entries('certificates.hold')).slice(-2)).toMatchObject([
      { outcome: 'REFUSED', reason: 'OPERATION_UNKNOWN' },
      { outcome: 'REFUSED', reason: 'OPERATION_NOT_APPROVED' },
    ]);
  });

  it('The ca command changes nothing if items, parameters or requester of the operation were altered afterwards', async () => {
    const [serial, another] = await enrolCertificates(owner, 2);
    const altered = {
      operation_item: sql`update operation_item set target = ${another!}`,
      parameters: sql`update operation set parameters = '{"revocationReason": "superseded"}'`,
      requester: sql`update operation set reason = 'something else'`,
    };
    for (const update of Object.values(altered)) {
      const operation = await approved('revoke', [serial!]);
      await sql`${update} where operation_id = ${operation[1]}`.execute(owner);
      await refused('revoke', [...operation, '--confirm']).toThrow(/OPERATION_ALTERED/);
    }
    expect(await revokedOf([serial!, another!])).toBe(0);
  });
});
