import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { sql } from 'kysely';
import { NumberAccess } from '#libs/resident-numbers';
import { runCustomers } from '../../apps/cli/src/customers/customers.js';
import { bankCustomer, jsonLines, OtherAuthority, type BankCustomer } from '../support/bank-customers.js';
import { connectAsAdmin } from '../support/stores.js';
import { cheapHashing, rightPassword, type Person } from '../world/people.js';
import { walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

jest.setTimeout(600_000);

let world: World;
let folder: string;
let former: OtherAuthority;
beforeAll(async () => {
  world = await createWorld();
  folder = mkdtempSync(join(tmpdir(), 'reseal-customers-'));
  former = await OtherAuthority.create();
  writeFileSync(join(folder, 'issuers.pem'), former.pem);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.close();
});
beforeEach(() =>
  sql`truncate customer, reissue, certificate, authority_entry, customer_import, external_issuer cascade`.execute(
    world.owner,
  ),
);

const environment = (role: 'customers' | 'worker' = 'customers') => ({
  RESEAL_DATABASE_URL: world.urlOf(role),
  RESEAL_REGISTRY_KEYS: JSON.stringify({
    current: 'spec',
    keys: { spec: Buffer.from(world.registryKeys.keys.spec).toString('base64') },
  }),
});

interface Run {
  readonly code: number;
  readonly printed: readonly string[];
  readonly complained: readonly string[];
}

/** The output and exit code of `npm run customers -- <args>`. */
async function customers(
  args: readonly string[],
  { signal, env = environment() }: { signal?: AbortSignal; env?: NodeJS.ProcessEnv } = {},
): Promise<Run> {
  const [printed, complained]: [string[], string[]] = [[], []];
  const code = await runCustomers([...args, '--as', 'kim'], {
    env,
    clock: world.clock.now,
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
    ...(signal ? { signal } : {}),
  });
  return { code, printed, complained };
}

let files = 0;
function fileOf(content: string, ending = 'jsonl'): string {
  const file = join(folder, `${(files += 1)}.${ending}`);
  writeFileSync(file, content);
  return file;
}

const importOf = (people: readonly object[], ...options: string[]) =>
  customers(['import', fileOf(jsonLines(people)), '--issuers', join(folder, 'issuers.pem'), ...options]);

const tables = ['customer', 'customer_key', 'customer_rrn', 'password_credential', 'password_history', 'certificate',
  'customer_import', 'customer_import_refusal', 'customer_import_key', 'external_issuer', 'authority_entry'] as const; // prettier-ignore

/** Every row of the tables that an import writes. */
async function everything(): Promise<string> {
  const rows = await Promise.all(
    tables.map((table) =>
      sql<{ row: string }>`select t::text as row from ${sql.table(table)} t order by 1`.execute(world.owner),
    ),
  );
  return JSON.stringify(rows.map((each) => each.rows.map(({ row }) => row)));
}

const onFile = (customerId: string) =>
  world.owner
    .selectFrom('customer')
    .selectAll()
    .where('bank_customer_id', '=', customerId)
    .executeTakeFirstOrThrow();

async function numberOf(customerId: string): Promise<string | undefined> {
  const { customer_id, customer_ref } = await onFile(customerId);
  const use = {
    customerId: customer_id,
    customerRef: customer_ref,
    actor: 'spec',
    purpose: 'SPEC',
    at: new Date(),
  };
  return (await NumberAccess.record(world.as('worker', 1), use)).open(world.owner, world.registryKeys);
}

async function verifierOf(customerId: string): Promise<string | undefined> {
  const { customer_id } = await onFile(customerId);
  const row = await world.owner
    .selectFrom('password_credential')
    .select('verifier')
    .where('customer_id', '=', customer_id)
    .executeTakeFirst();
  return row?.verifier;
}

const counts = ({ printed }: Run): string | undefined => printed.at(-1);

describe('importing customers', () => {
  it('An imported customer gets a new certificate, and the one they brought along is revoked without a CRL', async () => {
    // Other CAs end at other times of the day.
    const notAfter = new Date('2027-05-31T03:04:05Z');
    const verifier = await hash(rightPassword, cheapHashing);
    const certificate = await former.issue({ notAfter });
    const imported = bankCustomer({
      certificate,
      passwordVerifier: verifier,
      email: 'hong@customer.example',
    });
    expect(await importOf([imported])).toMatchObject({
      code: 0,
      printed: ['1 customers added, 0 changed, 0 as they are, 0 lines refused.'],
    });

    const { name, mobile, ci, rrn, accountNumber } = imported;
    const { customer_id: customerId } = await onFile(imported.customerId);
    const person: Person = {
      ...{ customerId, name, mobile, ci, rrn, account: accountNumber, password: rightPassword },
      ...{ oldSerial: undefined, oldRandom: '00' },
    };
    for (const provider of [world.outside.telecom, world.outside.oneWon, world.outside.documents])
      provider.knows(person, ci);
    const { reissueId } = await walkTo(world, person, 'REGISTERED');

    const row = await world.owner
      .selectFrom('reissue')
      .selectAll()
      .where('reissue_id', '=', reissueId)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({
      state: 'REGISTERED',
      basis: 'REISSUE',
      old_serial: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    const old = await world.owner
      .selectFrom('certificate')
      .selectAll()
      .where('serial', '=', row.old_serial!)
      .executeTakeFirstOrThrow();
    expect(old).toMatchObject({
      ...{ profile: 'external', on_file: false, revocation_reason: 'superseded', crl_pending: false },
      issuer: 'cn=Fictional Former CA,o=former-test,c=kr',
      subject: 'cn=홍가상()099904420260101123456789,ou=FORMER,ou=personal4IB,o=former-test,c=kr',
    });
    expect(old.revoked_at).not.toBeNull();
    const { not_after } = await world.owner
      .selectFrom('certificate')
      .select('not_after')
      .where('serial', '=', row.serial!)
      .executeTakeFirstOrThrow();
    expect(not_after).toEqual(new Date('2027-05-31T14:59:59Z'));
  });

  it('The same file again changes nothing, and a corrected line rectifies its customer', async () => {
    const [one, two] = [bankCustomer({ carrier: 'KT' }), bankCustomer()];
    await importOf([one, two]);
    expect(counts(await importOf([one, two]))).toBe(
      '0 customers added, 0 changed, 2 as they are, 0 lines refused.',
    );

    const right = bankCustomer({
      customerId: one.customerId,
      ci: one.ci,
      name: '김가상',
      passwordVerifier: one.passwordVerifier,
    });
    expect(counts(await importOf([right, two]))).toBe(
      '0 customers added, 1 changed, 1 as they are, 0 lines refused.',
    );
    expect(await onFile(one.customerId)).toMatchObject({
      name: '김가상',
      mobile: right.mobile,
      account_number: right.accountNumber,
      carrier: null,
    });
    expect(await numberOf(one.customerId)).toBe(right.rrn);
    expect(await numberOf(two.customerId)).toBe(two.rrn);
  });

  it('A CSV file is imported like JSON Lines', async () => {
    const people = [bankCustomer({ name: '홍, "가상"' }), bankCustomer()];
    const columns = Object.keys(people[0]!) as (keyof BankCustomer)[];
    const rows = people.map((person) =>
      columns.map((column) => `"${person[column]!.replaceAll('"', '""')}"`).join(','),
    );
    const run = await customers([
      'import',
      fileOf(`\uFEFF${[columns.join(','), ...rows].join('\r\n')}\r\n`, 'csv'),
    ]);
    expect(counts(run)).toBe('2 customers added, 0 changed, 0 as they are, 0 lines refused.');
    expect(await onFile(people[0]!.customerId)).toMatchObject({ name: '홍, "가상"' });
  });

  it('Numbers are sealed at once: no table, report or log holds one', async () => {
    const people = [bankCustomer(), bankCustomer({ ci: 'no' }), bankCustomer()];
    const again = { ...bankCustomer(), rrn: people[0]!.rrn };
    const { printed, complained } = await importOf([...people, again]);
    const stored = await everything();
    for (const { rrn } of people) expect(stored).not.toContain(rrn);
    for (const { rrn, ci, mobile, customerId } of [...people, again])
      for (const text of [rrn, ci === 'no' ? rrn : ci, mobile, customerId])
        expect([...printed, ...complained].join('\n')).not.toContain(text);
  });

  it('Each refused line is reported with its number and reason, and all others are imported', async () => {
    const notAfter = new Date('2027-06-30T14:59:59Z');
    const stranger = await OtherAuthority.create();
    const [kept, erased] = [bankCustomer(), bankCustomer()];
    await importOf([kept, erased]);
    await customers(['erase', erased.customerId, '--confirm']);
    const people = [
      bankCustomer(),
      bankCustomer({ rrn: '123' }),
      bankCustomer({ ci: kept.ci }),
      bankCustomer({ rrn: kept.rrn }),
      { ...bankCustomer(), customerId: kept.customerId },
      { ...erased },
      bankCustomer({ certificate: await stranger.issue({ notAfter }) }),
      bankCustomer({ certificate: 'AAAA' }),
    ];
    people.push({ ...bankCustomer(), customerId: people[0]!.customerId });
    for (const options of [['--dry-run'], [], []]) {
      const { code, printed } = await importOf(people, ...options);
      expect(code).toBe(3);
      expect(printed.slice(0, -1)).toEqual([
        'line 2: rrn must be a resident registration number of 13 digits',
        'line 3: ci belongs to another customer',
        'line 4: rrn belongs to another customer',
        'line 5: ci differs from the one on file: it would be another person',
        'line 6: customerId was erased: the customer is not brought back',
        'line 7: certificate was not signed by an issuing CA of --issuers',
        'line 8: certificate is not an X.509 certificate',
        'line 9: customerId is the same as in line 1',
      ]);
    }
    expect((await onFile(people[0]!.customerId)).erased_at).toBeNull();
  });

  it('A dry run reports what an import would do, and changes nothing', async () => {
    const [one, two] = [bankCustomer(), bankCustomer()];
    await importOf([one]);
    const before = await everything();
    const people = [{ ...one, name: '이가상' }, two, two];
    const planned = await importOf(people, '--dry-run');
    expect(planned).toMatchObject({ code: 3 });
    expect(planned.printed).toEqual([
      'line 3: customerId is the same as in line 2',
      '1 customers would be added, 1 changed, 0 as they are, 1 lines refused. Nothing was changed.',
    ]);
    expect(await everything()).toBe(before);
    const done = await importOf(people, '--json');
    expect(JSON.parse(done.printed.at(-1)!)).toEqual({ added: 1, changed: 1, unchanged: 0, refused: 1 });
  });

  it('A customer is notified of an expiry unless a file says no, and an empty field changes nothing', async () => {
    const person = bankCustomer();
    const notices = async () => (await onFile(person.customerId)).expiry_notices;
    await importOf([person]);
    expect(await notices()).toBe(true);
    await importOf([{ ...person, expiryNotices: 'no' }]);
    expect(await notices()).toBe(false);
    await importOf([{ ...person, expiryNotices: '' }]);
    expect(await notices()).toBe(false);
    await importOf([{ ...person, expiryNotices: 'yes' }]);
    expect(await notices()).toBe(true);
  });

  it('A verifier of the bank replaces one that was set here only if it is newer', async () => {
    const first = bankCustomer({ passwordSetAt: '2026-01-01T00:00:00Z' });
    await importOf([first]);
    const { customer_id } = await onFile(first.customerId);
    const reset = new Date('2026-06-01T00:00:00Z');
    await world.owner
      .updateTable('password_credential')
      .set({ verifier: 'set here', set_at: reset, wrong_tries: 3 })
      .where('customer_id', '=', customer_id)
      .execute();

    const { passwordVerifier } = bankCustomer();
    await importOf([{ ...first, passwordVerifier, passwordSetAt: '2026-05-01T00:00:00Z' }]);
    await importOf([{ ...first, passwordVerifier, passwordSetAt: '' }]);
    expect(await verifierOf(first.customerId)).toBe('set here');
    await importOf([{ ...first, passwordVerifier, passwordSetAt: '2026-07-01T00:00:00Z' }]);
    expect(await verifierOf(first.customerId)).toBe(passwordVerifier);
  });

  it('A later certificate of the former CA takes the place of an earlier one, and never of one issued here', async () => {
    const until = (year: number) => ({
      notBefore: new Date(`${year - 1}-01-01T00:00:00Z`),
      notAfter: new Date(`${year}-12-31T14:59:59Z`),
    });
    const person = bankCustomer();
    const [early, late] = [await former.issue(until(2026)), await former.issue(until(2027))];
    for (const certificate of [early, late, early]) await importOf([{ ...person, certificate }]);
    const certificates = await world.owner
      .selectFrom('certificate')
      .select(['not_after', 'on_file'])
      .orderBy('not_after')
      .execute();
    expect(certificates.map(({ not_after, on_file }) => [not_after.getUTCFullYear(), on_file])).toEqual([[2026, false], [2027, true]]); // prettier-ignore

    await world.owner
      .updateTable('certificate')
      .set({ profile: 'ours' })
      .where('on_file', '=', true)
      .execute();
    await importOf([{ ...person, certificate: await former.issue(until(2029)) }]);
    expect(await world.owner.selectFrom('certificate').select('serial').execute()).toHaveLength(2);
  });

  it('A key or a serial number of another certificate is refused', async () => {
    const notAfter = new Date('2027-06-30T14:59:59Z');
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
      'verify',
    ]);
    await importOf([bankCustomer({ certificate: await former.issue({ notAfter, keys }) })]);
    const { printed } = await importOf([
      bankCustomer({ certificate: await former.issue({ notAfter, keys }) }),
    ]);
    expect(printed[0]).toBe('line 1: certificate has the serial number or the key of another certificate');
  });

  it('The role of the import cannot insert a certificate of our own CA', async () => {
    const person = bankCustomer({
      certificate: await former.issue({ notAfter: new Date('2027-06-30T14:59:59Z') }),
    });
    await importOf([person]);
    const { customer_id } = await onFile(person.customerId);
    const ours = await world.owner.selectFrom('issuer').select('subject').executeTakeFirstOrThrow();
    const theirs = await world.owner
      .selectFrom('external_issuer')
      .select('subject')
      .executeTakeFirstOrThrow();
    const insert = (issuer: string, profile: string) =>
      sql`
      insert into certificate (serial, customer_id, enrolment_id, issuer, profile, profile_digest, policy, basis, state,
        subject, spki_sha256, tbs_digest, crl_shard, not_before, not_after, der, on_file, created_at)
      values ('0f', ${customer_id}, 'forged', ${issuer}, ${profile}, '', '1.2.3', 'NEW', 'STORED',
        'cn=x', 'forged', '', 0, now(), now(), '\\x3000', false, now())`.execute(world.as('customers', 1));
    const refusal = /is not of an external CA/;
    await expect(insert(ours.subject, 'external')).rejects.toThrow(refusal);
    await expect(insert(theirs.subject, 'ours')).rejects.toThrow(refusal);
    await expect(insert('cn=unknown', 'external')).rejects.toThrow(refusal);
    await insert(theirs.subject, 'external');
  });

  it('The audit trail has the start and the result of each import', async () => {
    await importOf([bankCustomer(), bankCustomer({ rrn: '1' })]);
    const entries = await world.owner
      .selectFrom('authority_entry')
      .select(['actor', 'action', 'outcome', 'details'])
      .orderBy('position')
      .execute();
    expect(entries).toEqual([
      { actor: 'operator:kim', action: 'importCustomers', outcome: 'STARTED', details: {} },
      {
        actor: 'operator:kim',
        action: 'importCustomers',
        outcome: 'DONE',
        details: { added: 1, changed: 0, unchanged: 0, refused: 1, resumedAfter: 0 },
      },
    ]);
  });

  it('The references of customers are written for the bank to join events, and audited', async () => {
    const people = [bankCustomer(), bankCustomer(), bankCustomer()];
    await importOf(people);
    await world.owner
      .updateTable('customer')
      .set({ bank_customer_id: null })
      .where('bank_customer_id', '=', people[2]!.customerId)
      .execute();
    const file = join(folder, 'references.csv');
    expect(await customers(['references', file])).toMatchObject({
      code: 0,
      printed: [`2 customers were written to ${file}.`],
    });
    const lines = await Promise.all(
      people
        .slice(0, 2)
        .map(async ({ customerId }) => `${customerId},${(await onFile(customerId)).customer_ref}`),
    );
    const [head, ...rows] = readFileSync(file, 'utf8').split('\r\n');
    expect([head, rows.pop()]).toEqual(['customerId,customerRef', '']);
    expect(rows.sort()).toEqual(lines.sort());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const entries = await world.owner
      .selectFrom('authority_entry')
      .select(['actor', 'outcome', 'details'])
      .where('action', '=', 'exportCustomerReferences')
      .orderBy('position')
      .execute();
    expect(entries).toEqual([
      { actor: 'operator:kim', outcome: 'STARTED', details: {} },
      { actor: 'operator:kim', outcome: 'DONE', details: { customers: 2 } },
    ]);
  });

  it('The references of customers replace no file and need the tool’s role', async () => {
    const file = fileOf('', 'csv');
    expect(await customers(['references', file])).toMatchObject({
      code: 2,
      complained: [expect.stringContaining('exists')],
    });
    expect(readFileSync(file, 'utf8')).toBe('');
    const other = join(folder, 'others.csv');
    expect(await customers(['references', other], { env: environment('worker') })).toMatchObject({
      code: 1,
      complained: [expect.stringMatching(/may not write an audit entry/)],
    });
    expect(existsSync(other)).toBe(false);
  });

  it.each([
    ['a role without the rights', () => environment('worker'), /may not write an audit entry/, 1],
    [
      'no database',
      () => ({ ...environment(), RESEAL_DATABASE_URL: 'postgresql://reseal_customers:x@127.0.0.1:1/x' }),
      /ECONNREFUSED/,
      1,
    ],
    [
      'a wrong password',
      () => ({
        ...environment(),
        RESEAL_DATABASE_URL: environment().RESEAL_DATABASE_URL.replace(/:[^:@]*@/, ':wrong@'),
      }),
      /password authentication failed/,
      1,
    ],
    ['no keys', () => ({ RESEAL_DATABASE_URL: world.urlOf('customers') }), /RESEAL_REGISTRY_KEYS/, 78],
  ])('An import with %s ends with one clear line', async (_what, env, message, code) => {
    const run = await customers(['import', fileOf(jsonLines([bankCustomer()]))], { env: env() });
    expect(run).toMatchObject({ code, printed: [], complained: [expect.stringMatching(message)] });
  });

  it.each([
    ['an unknown form', ['import', 'customers.xlsx'], /FILE must end with/],
    ['no such file', ['import', 'nowhere.csv'], /There is no file/],
    ['two files', ['import', 'a.csv', 'b.csv'], /one FILE/],
    ['an unknown encoding', ['import', 'a.csv', '--encoding', 'ebcdic'], /--encoding must be one of/],
  ])('An import of %s is a usage error', async (_what, args, message) => {
    expect(await customers(args)).toMatchObject({ code: 2, complained: [expect.stringMatching(message)] });
  });
});

describe('erasing an imported customer', () => {
  it('An erased customer leaves no personal data, and is not brought back by a later file', async () => {
    const person = bankCustomer({ email: 'hong@customer.example' });
    await importOf([person]);
    const before = await everything();
    expect(await customers(['erase', person.customerId])).toMatchObject({
      ...{ code: 0, complained: [] },
      printed: [expect.stringMatching(/would be erased/)],
    });
    expect(await everything()).toBe(before);

    expect((await customers(['erase', person.customerId, '--confirm'])).code).toBe(0);
    const stored = await everything();
    for (const value of [
      person.ci,
      person.mobile,
      person.accountNumber,
      person.passwordVerifier,
      'hong@customer',
    ])
      expect(stored).not.toContain(value);
    expect(await importOf([person])).toMatchObject({ code: 3 });
    const { printed } = await customers(['show', person.customerId, '--json']);
    expect(JSON.parse(printed.join('\n'))).toMatchObject({
      number: false,
      passwordSetAt: null,
      certificates: [],
    });
  });

  it('A customer with an open reissue is not erased', async () => {
    const imported = bankCustomer();
    await importOf([imported]);
    const { customer_id: customerId } = await onFile(imported.customerId);
    const person: Person = { ...imported, customerId, account: imported.accountNumber, password: rightPassword, oldSerial: undefined, oldRandom: '00' }; // prettier-ignore
    for (const provider of [world.outside.telecom, world.outside.oneWon, world.outside.documents])
      provider.knows(person, person.ci);
    const { reissueId } = await walkTo(world, person, 'PASSWORD_REQUIRED');
    const run = await customers(['erase', imported.customerId, '--confirm']);
    expect(run).toMatchObject({ code: 1, complained: [`Nothing was erased: ${reissueId} must end first.`] });
    expect((await onFile(imported.customerId)).mobile).toBe(imported.mobile);
  });

  it('A customer who is not on file is named in one line', async () => {
    for (const command of ['erase', 'show'])
      expect(await customers([command, 'K-0'])).toMatchObject({ code: 1, complained: ["The bank's customer K-0 is not on file."] }); // prettier-ignore
  });
});

/** Runs the tool in a process of its own. */
function start(args: readonly string[], nodeArgs: readonly string[] = []) {
  const child = fork(
    join(import.meta.dirname, '../../apps/cli/src/customers/main.ts'),
    [...args, '--as', 'kim'],
    {
      execArgv: [
        ...['--conditions=source', '--experimental-transform-types', '--disable-warning=ExperimentalWarning'],
        `--import=${join(import.meta.dirname, '../support/typescript.mjs')}`,
        ...nodeArgs,
      ],
      env: { PATH: process.env.PATH, ...environment() },
      silent: true,
    },
  );
  const output: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => output.push(line));
  const progress = createInterface({ input: child.stderr! });
  progress.on('line', (line) => output.push(line));
  return { child, output, progress };
}

/** Holds up an import at one of its customers: another transaction adds the same one meanwhile, and is rolled back. */
async function whileAdding({ customerId, ci }: BankCustomer, work: () => Promise<void>): Promise<void> {
  const admin = await connectAsAdmin(new URL(world.urlOf('owner')).pathname.slice(1));
  try {
    await admin.query('BEGIN');
    await admin.query(
      `INSERT INTO customer (customer_id, customer_ref, bank_customer_id, ci, name, mobile, bank_code, account_number, created_at)
       VALUES (gen_random_uuid(), 'meanwhile', $1, $2, '', '', '', '', now())`,
      [customerId, ci],
    );
    await work();
    await admin.query('ROLLBACK');
  } finally {
    await admin.end();
  }
}

describe('a large file of customers', () => {
  it('An import that was killed in the middle continues where it stopped, and its report is complete', async () => {
    const people = Array.from({ length: 5_000 }, (_, index) =>
      bankCustomer(index % 100 === 0 ? { ci: 'no' } : {}),
    );
    const file = fileOf(jsonLines(people));
    await whileAdding(people.at(-1)!, async () => {
      const { child, progress } = start(['import', file]);
      await once(progress, 'line');
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    const { line } = await world.owner.selectFrom('customer_import').select('line').executeTakeFirstOrThrow();
    expect(line).toBeGreaterThan(0);
    expect(line).toBeLessThan(people.length);

    const { code, printed, complained } = await customers(['import', file]);
    expect(code).toBe(3);
    expect(complained.at(-1)).toBe(`An earlier run had handled the lines up to ${line}.`);
    expect(printed).toHaveLength(51);
    expect(printed.at(-1)).toBe('4950 customers added, 0 changed, 0 as they are, 50 lines refused.');
    const { count } = await world.owner
      .selectFrom('customer')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(4_950);
    expect(await world.owner.selectFrom('customer_import_key').selectAll().limit(1).execute()).toEqual([]);
  });

  it('An interrupted import says how to continue', async () => {
    const stopping = new AbortController();
    stopping.abort();
    const file = fileOf(jsonLines([bankCustomer()]));
    expect(await customers(['import', file], { signal: stopping.signal })).toMatchObject({
      code: 1,
      complained: ['Interrupted after line 0. Run the same command again to continue.'],
    });
    expect((await customers(['import', file])).code).toBe(0);
  });

  // The benchmark `import` does the same with a million.
  it('Many customers are imported with a heap that has no room for all of them', async () => {
    const file = join(folder, 'large.csv');
    const columns = Object.keys(bankCustomer()) as (keyof BankCustomer)[];
    const writing = createWriteStream(file);
    writing.write(`${columns.join(',')}\n`);
    for (let batch = 0; batch < 30; batch += 1) {
      const people = Array.from({ length: 1_000 }, () => bankCustomer());
      const rows = people.map((person) => columns.map((column) => person[column]).join(','));
      if (!writing.write(`${rows.map((row) => row.replace(/\$argon2id.*/, '"$&"')).join('\n')}\n`))
        await once(writing, 'drain');
    }
    writing.end();
    await finished(writing);
    const { child, output } = start(['import', file], ['--max-old-space-size=48']);
    const [code] = (await once(child, 'exit')) as [number | null];
    expect({ code, last: output.at(-1) }).toEqual({
      code: 0,
      last: '30000 customers added, 0 changed, 0 as they are, 0 lines refused.',
    });
  });
});
