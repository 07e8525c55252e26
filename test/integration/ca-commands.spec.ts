import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { authorityFiles, openAuthorities, readRootCrl, responderFiles } from '#libs/ca';
import { createDatabase, type Database } from '#libs/db';
import { IssuerConflict } from '#libs/db/certificates';
import { commands } from '../../apps/signer/src/ca/commands/index.js';
import { createContext } from '../../apps/signer/src/ca/context.js';
import { registerAuthorities } from '../../apps/signer/src/register-authorities.js';
import { createSoftToken, tokenProcesses } from '../../libs/ca/src/testing/soft-token.js';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

const work = mkdtempSync(join(tmpdir(), 'reseal-ca-commands-'));
const passphrase = 'only for these specs';
const begin = new Date('2026-11-05T03:04:05Z');
const later = new Date('2026-11-08T03:04:05Z');

let database: TestDatabase;
let owner: Database;
let now: Date;
let home: string;

const env = (changes: Record<string, string> = {}) => ({
  RESEAL_ENV: 'test',
  RESEAL_DATABASE_URL: database.urlOf('signer'),
  RESEAL_CA_DIRECTORY: join(home, 'ca'),
  RESEAL_CA_PASSPHRASE: passphrase,
  RESEAL_CA_ROOT_DIRECTORY: join(home, 'ca-root'),
  RESEAL_CA_ROOT_PASSPHRASE: `${passphrase}, root`,
  RESEAL_OCSP_DIRECTORY: join(home, 'ocsp'),
  RESEAL_OCSP_PASSPHRASE: `${passphrase}, ocsp`,
  ...changes,
});

/** Runs a command as an operator does, and returns its output. */
async function ca(line: string, changes: Record<string, string> = {}): Promise<string> {
  const [name, ...args] = line.split(' ');
  const printed: string[] = [];
  const { context, close } = createContext({
    as: 'kim',
    env: env(changes),
    clock: () => now,
    out: (text) => printed.push(text),
  });
  try {
    await commands.find((command) => command.name === name)!.run(args, context);
  } finally {
    await close();
  }
  return printed.join('\n');
}

const entries = () =>
  owner
    .selectFrom('authority_entry')
    .select(['actor', 'action', 'outcome', 'reason'])
    .orderBy('position')
    .execute();
const entry = (action: string, outcome: string, reason: string | null = null) => ({
  actor: 'operator:kim',
  action,
  outcome,
  reason,
});

beforeAll(async () => {
  database = await createTestDatabase();
  owner = createDatabase({ url: database.urlOf('owner'), ...asSpec });
});
beforeEach(async () => {
  now = begin;
  home = mkdtempSync(join(work, 'home-'));
  await owner.deleteFrom('authority_entry').execute();
  await owner.deleteFrom('issuer').execute();
  await owner.deleteFrom('root_crl').execute();
});
afterAll(async () => {
  await owner.destroy();
  await database.drop();
  rmSync(work, { recursive: true });
});

describe('ca init', () => {
  it('ca init creates the CA with its OCSP keys once, with audit entries before and after', async () => {
    expect(await ca('init')).toMatch(/authority created in .*\nOCSP key for [0-9a-f]{40} made/);
    expect(await ca('init')).toMatch(/authority kept in [^\n]*$/);
    expect(await entries()).toEqual([
      entry('ca.init', 'STARTED'),
      entry('ca.init', 'DONE'),
      entry('ca.init', 'STARTED'),
      entry('ca.init', 'DONE'),
    ]);
  });

  it('ca init works without a database and says that no audit entry is written', async () => {
    const away = { RESEAL_DATABASE_URL: 'postgres://reseal_signer@127.0.0.1:1/none' };
    expect(await ca('init', away)).toMatch(
      /^The database cannot be reached: the audit trail does not record this command/,
    );
    expect(existsSync(authorityFiles(join(home, 'ca')).issuingCertificate(1))).toBe(true);
  });

  it('ca init renews an OCSP key that expires within thirty days', async () => {
    await ca('init');
    now = new Date('2027-01-20T00:00:00Z');
    expect(await ca('status')).toMatch(/OCSP responder +2027-02-03 +14 +due: npm run ca -- init/);
    expect(await ca('init')).toMatch(/OCSP key for .* made, until 2027-04-19/);
    expect(await ca('status')).not.toMatch(/due/);
  });

  it('ca init does not need the root if nothing is to be created', async () => {
    await ca('init');
    rmSync(join(home, 'ca-root'), { recursive: true });
    expect(await ca('init', { RESEAL_CA_ROOT_PASSPHRASE: '' })).toMatch(/kept/);
    now = later;
    await expect(ca('rotate issuing --confirm', { RESEAL_CA_ROOT_PASSPHRASE: '' })).rejects.toThrow(
      /^the root is needed: RESEAL_CA_ROOT_PASSPHRASE is missing/,
    );
    expect((await entries()).at(-1)).toEqual(entry('ca.rotateIssuing', 'FAILED', 'KeyStoreError'));
  });
});

describe('ca rotate', () => {
  it('ca rotate plans first and rotates after confirmation, with the OCSP key made first', async () => {
    await ca('init');
    now = later;
    expect(await ca('rotate issuing')).toMatch(/would make generation 2 .*\nNothing was changed/);
    expect(existsSync(authorityFiles(join(home, 'ca')).issuingCertificate(2))).toBe(false);

    expect(await ca('rotate issuing --confirm')).toMatch(/made generation 2 .*CN=reseal-test Issuing CA 2/);
    const files = authorityFiles(join(home, 'ca'));
    const { current, all, close } = await openAuthorities({
      directory: join(home, 'ca'),
      passphrase,
      clock: () => now,
    });
    expect(all).toHaveLength(2);
    const responder = responderFiles(join(home, 'ocsp'), current.identity.keyId);
    expect(statSync(responder.certificate).mtimeMs).toBeLessThanOrEqual(
      statSync(files.issuingCertificate(2)).mtimeMs,
    );
    await close();
    await expect(ca('rotate issuing --confirm')).rejects.toThrow(
      /^generation 2 was made at .*; the next one/,
    );
  });

  it('ca rotate gives the OCSP responder new keys', async () => {
    await ca('init');
    const { keyId } = JSON.parse(await ca('status --json')).issuing[0];
    const { key } = responderFiles(join(home, 'ocsp'), keyId);
    utimesSync(key, 0, 0);
    await ca('rotate ocsp');
    expect(statSync(key).mtimeMs).toBe(0);
    await ca('rotate ocsp --confirm');
    expect(statSync(key).mtimeMs).toBeGreaterThan(0);
  });

  it('ca rotate moves the CA from files to a token and leaves the old key in its place', async () => {
    const soft = createSoftToken('reseal-commands');
    const inToken = {
      RESEAL_CA_KEY_STORE: 'pkcs11',
      RESEAL_PKCS11_MODULE: soft.address.module,
      RESEAL_PKCS11_TOKEN: soft.address.label,
      RESEAL_PKCS11_PIN: soft.address.pin,
    };
    try {
      await ca('init');
      now = later;
      await ca('rotate issuing --confirm', inToken);
      const { issuing } = JSON.parse(await ca('status --json', inToken));
      expect(
        issuing.map((one: { current: boolean; key: { kind: string } }) => [one.current, one.key.kind]),
      ).toEqual([
        [true, 'pkcs11'],
        [false, 'file'],
      ]);
      await expect(ca('status')).rejects.toThrow(/issuing-2.key does not exist, and no PKCS#11 token is/);
      while (tokenProcesses().length > 0) await delay(10);
    } finally {
      soft.drop();
    }
  });
});

describe('the CRL of the root', () => {
  const rootCrl = () => readRootCrl(join(home, 'ca'));
  const published = () =>
    owner.selectFrom('root_crl').select(['number', 'next_update']).orderBy('number').execute();

  it('The root CRL is made with the CA, published by each init, and renewed when a third of its year is left', async () => {
    await ca('init');
    const first = { number: '1', next_update: new Date('2027-11-06T02:59:05Z') };
    expect(await published()).toEqual([first]);
    await owner.deleteFrom('root_crl').execute();
    await ca('init');
    expect(await published()).toEqual([first]);
    now = new Date('2027-07-08T00:00:00Z');
    expect(await ca('status')).toMatch(/its CRL #1 +2027-11-06 +121 +due: npm run ca -- init, with the root/);
    expect(await ca('init')).toMatch(/CRL of the root made, until 2028-07-07/);
    expect(await published()).toHaveLength(2);
    expect(await ca('status')).toMatch(/its CRL #2 +2028-07-07 +365$/m);
  });

  it('ca init asks for the root CRL if the root is absent, and completes the rest', async () => {
    await ca('init');
    rmSync(authorityFiles(join(home, 'ca')).rootCrl);
    rmSync(join(home, 'ca-root'), { recursive: true });
    await owner.deleteFrom('root_crl').execute();
    expect(await ca('status')).toMatch(/its CRL +– +– +missing: npm run ca -- init, with the root/);
    now = new Date('2027-01-20T00:00:00Z');
    expect(await ca('init')).toMatch(
      /The CRL of the root is due, and was not made: the root key is not in .*\nOCSP key for .* made/,
    );
  });

  it('A root CRL signed by another root is not published', async () => {
    await ca('init');
    const other = authorityFiles(join(home, 'ca')).rootCrl;
    home = mkdtempSync(join(work, 'home-'));
    await ca('init');
    copyFileSync(other, authorityFiles(join(home, 'ca')).rootCrl);
    await expect(ca('init')).rejects.toThrow(/root.crl is not a CRL of the root in .*root\.crt$/);
  });

  it('A rotation publishes the next root CRL and needs the root', async () => {
    await ca('init');
    now = later;
    await ca('rotate issuing --confirm');
    expect(await rootCrl()).toMatchObject({ number: 2n, entries: [] });
  });
});

describe('ca revoke-issuing', () => {
  const rotated = async () => {
    await ca('init');
    now = later;
    await ca('rotate issuing --confirm');
    const { issuing } = JSON.parse(await ca('status --json'));
    return (issuing as { keyId: string; current: boolean }[]).map(({ keyId }) => keyId) as [string, string];
  };
  const revoke = (keyId: string) => ca(`revoke-issuing ${keyId} --reason cACompromise --confirm`);

  it('ca revoke-issuing refuses the signing CA and a key that is no issuing CA', async () => {
    const [current] = await rotated();
    expect(await revoke(current)).toMatch(/Issuing CA 2 signs certificates: run rotate issuing first/);
    expect(await revoke('00')).toMatch(/^There is no issuing CA with the key id 00/);
    await expect(ca(`revoke-issuing ${current} --reason certificateHold`)).rejects.toThrow(/and a reason/);
    expect((await readRootCrl(join(home, 'ca')))!.entries).toEqual([]);
  });

  it('ca revoke-issuing plans first and revokes once after confirmation, between two audit entries', async () => {
    const [, before] = await rotated();
    expect(await ca(`revoke-issuing ${before} --reason cACompromise`)).toMatch(
      /^would revoke .*\n.*\nNothing was changed/,
    );
    expect((await readRootCrl(join(home, 'ca')))!.entries).toEqual([]);
    expect(await revoke(before)).toMatch(/^revoked C=kr, .* Issuing CA; CRL 3 of the root shows it/);
    expect((await entries()).slice(-2)).toEqual([
      entry('ca.revokeIssuing', 'STARTED'),
      entry('ca.revokeIssuing', 'DONE'),
    ]);
    expect((await readRootCrl(join(home, 'ca')))!.entries).toMatchObject([{ reason: 'cACompromise' }]);
    expect(await ca('status')).toMatch(/Issuing CA .*file, .*, revoked: cACompromise$/m);
    expect(await revoke(before)).toMatch(/is already revoked/);
  });

  it('The revocation of an issuing CA stays in force after its directory was restored from an older backup', async () => {
    const [, before] = await rotated();
    const { rootCrl } = authorityFiles(join(home, 'ca'));
    copyFileSync(rootCrl, join(home, 'earlier.crl'));
    await revoke(before);
    copyFileSync(join(home, 'earlier.crl'), rootCrl);
    expect(await revoke(before)).toMatch(/is already revoked/);
    expect(await ca('init')).toMatch(/CRL of the root made/);
    expect(await readRootCrl(join(home, 'ca'))).toMatchObject({
      number: 4n,
      entries: [{ reason: 'cACompromise' }],
    });
  });
});

describe('issuing CAs in the database', () => {
  it('Issuing CAs are in the database with their chain before they sign, and a rotation retires the former one', async () => {
    await ca('init');
    const db = createDatabase({ url: database.urlOf('signer'), ...asSpec });
    const authorities = await openAuthorities({ directory: join(home, 'ca'), passphrase, clock: () => now });
    await registerAuthorities(db, authorities, 16, now);
    now = later;
    await ca('rotate issuing --confirm');
    const behind = await openAuthorities({ directory: join(home, 'ca'), passphrase, clock: () => begin });
    await authorities.reload((found) => registerAuthorities(db, found, 4, now));
    await registerAuthorities(db, behind, 4, now); // a signer that has not read the new generation yet restarts
    const rows = await owner.selectFrom('issuer').selectAll().orderBy('activated_at').execute();
    expect(rows.map((row) => [row.subject, row.crl_shards, row.retired_at])).toEqual([
      ['C=kr, O=reseal-test, CN=reseal-test Issuing CA', 16, later],
      ['C=kr, O=reseal-test, CN=reseal-test Issuing CA 2', 16, null],
    ]);
    expect(rows[1]!.certificate).toEqual(authorities.current.chain[0]);
    await db.destroy();
  });

  it('An issuing CA is refused under a name that belongs to another key, because directory and database differ', async () => {
    await ca('init');
    const db = createDatabase({ url: database.urlOf('signer'), ...asSpec });
    const open = () => openAuthorities({ directory: join(home, 'ca'), passphrase, clock: () => now });
    await registerAuthorities(db, await open(), 16, now);
    home = mkdtempSync(join(work, 'home-'));
    await ca('init');
    await expect(registerAuthorities(db, await open(), 16, now)).rejects.toThrow(IssuerConflict);
    await db.destroy();
  });
});

describe('ca as a process', () => {
  const run = (...args: string[]) => {
    const options = { encoding: 'utf8', env: { ...env(), PATH: process.env.PATH } } as const;
    const { status, stderr } = spawnSync(
      process.execPath,
      ['dist/apps/signer/src/ca/main.js', ...args],
      options,
    );
    return { status, stderr };
  };

  it('The ca command names a refusal in one line, prints the usage for an unknown command, and sets its exit code', async () => {
    now = new Date();
    await ca('init');
    expect(run('rotate', 'issuing')).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^generation 1 was made at [^\n]*\n$/),
    });
    expect(run('rotate', 'everything')).toEqual({
      status: 2,
      stderr: 'Give one argument: issuing or ocsp.\nUsage: npm run ca -- rotate issuing|ocsp [--confirm]\n',
    });
    expect(run('frobnicate')).toMatchObject({ status: 2 });
    expect(run('rotate', '--help')).toEqual({ status: 0, stderr: '' });
  });
});

it('The operator is the user of the operating system unless another is named', () => {
  expect(createContext({ env: env() }).context.actor).toBe(`operator:${userInfo().username}`);
});
