import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { databaseConnection, withDatabaseFiles } from './database-url.js';
import { readAuthorities, readClientCertificate, readSecretText } from './pem.js';
import { watchCredentials } from './reloads.js';
import { SecretFile } from './secret-file.js';
import { credentialFolder, TestAuthority, type TestCertificate } from './testing/test-authority.js';
import { TlsFiles } from './tls-files.js';

const folder = mkdtempSync(join(tmpdir(), 'reseal-credentials-'));
afterAll(() => rmSync(folder, { recursive: true }));
const files = credentialFolder(folder);

let authority: TestAuthority;
let issued: TestCertificate;
let renewed: TestCertificate;
beforeAll(async () => {
  authority = await TestAuthority.create();
  [issued, renewed] = await Promise.all([authority.issue(), authority.issue()]);
});

describe('the files of a credential', () => {
  it.each([
    ['a missing file', () => readAuthorities(join(folder, 'none')), 'none is not readable (ENOENT)'],
    [
      'a file without PEM',
      () => readAuthorities(files.write('text', 'secret-text')),
      'no certificate in PEM',
    ],
    [
      'a malformed certificate',
      () =>
        readAuthorities(files.write('bad', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')),
      'holds a certificate that is malformed',
    ],
    ['an empty secret', () => readSecretText(files.write('empty', '\n')), 'empty is empty'],
    ['a secret of two lines', () => readSecretText(files.write('lines', 'one\ntwo')), 'more than one line'],
  ])('The reader refuses %s, and names the file but none of its content', (_, read, message) => {
    expect(read).toThrow(message);
    expect(read).not.toThrow('secret-text');
    expect(read).toThrow(folder);
  });

  it('The reader refuses a key of another certificate, an encrypted key, and a key that is none', () => {
    const { certificate } = files.writeCertificate('client', issued);
    const other = files.write('other.key', renewed.key);
    expect(() => readClientCertificate(certificate, other)).toThrow(
      'other.key is not the key of the certificate',
    );
    const encrypted = files.write('encrypted.key', '-----BEGIN ENCRYPTED PRIVATE KEY-----\n');
    expect(() => readClientCertificate(certificate, encrypted)).toThrow('give a key without passphrase');
    const none = files.write('none.key', 'no key');
    expect(() => readClientCertificate(certificate, none)).toThrow('holds no private key in PEM');
  });

  it('The reader refuses an expired certificate and states when it expired', async () => {
    const end = new Date(Date.now() - 3_600_000);
    const expired = files.writeCertificate('expired', await authority.issue({ notAfter: end }));
    expect(() => readClientCertificate(expired.certificate, expired.key)).toThrow(
      `expired at ${end.toISOString().slice(0, 19)}`,
    );
  });
});

describe('the renewal of a credential', () => {
  it('TlsFiles gives the renewed certificate, and the former one while the files do not fit together', () => {
    const { certificate, key } = files.writeCertificate('rolling', issued);
    const tls = new TlsFiles('spec-rolling', { ca: files.write('ca.pem', authority.pem), certificate, key });
    expect(tls.current()).toEqual({
      ca: Buffer.from(authority.pem),
      cert: Buffer.from(issued.certificate),
      key: Buffer.from(issued.key),
    });
    const before = tls.version;
    files.write('rolling.key', renewed.key);
    expect(tls.current().key).toEqual(Buffer.from(issued.key));
    expect(tls.version).toBe(before);
    files.write('rolling.pem', renewed.certificate);
    expect(tls.current()).toMatchObject({
      cert: Buffer.from(renewed.certificate),
      key: Buffer.from(renewed.key),
    });
    expect(tls.version).not.toBe(before);
  });

  it('SecretFile keeps the former secret if the file is removed or empty, logs it once, and counts it', async () => {
    const log = { info: jest.fn(), warn: jest.fn() };
    const registry = new Registry();
    watchCredentials(log, registry);
    const path = files.write('password', 'first\n');
    const secret = new SecretFile('spec-password', path);
    expect(secret.current()).toBe('first');
    rmSync(path);
    expect([secret.current(), secret.current()]).toEqual(['first', 'first']);
    expect(log.warn.mock.calls).toEqual([
      [{ credential: 'spec-password', problem: `${path} is not readable (ENOENT)` }, expect.anything()],
    ]);
    expect(await registry.metrics()).toContain('reseal_credential_stale{credential="spec-password"} 1');
    files.write('password', 'second');
    // A scrape notices the change, too.
    const metrics = await registry.metrics();
    expect(metrics).toContain('reseal_credential_stale{credential="spec-password"} 0');
    expect(metrics).toContain(
      'reseal_credential_reloads_total{credential="spec-password",result="failure"} 1',
    );
    expect(secret.current()).toBe('second');
    expect(JSON.stringify([log.info.mock.calls, log.warn.mock.calls])).not.toMatch(/first|second/);
  });

  it('The metrics show when a client certificate in use ends', async () => {
    const registry = new Registry();
    watchCredentials({ info: () => undefined, warn: () => undefined }, registry);
    const issuedUntil = await authority.issue({ notAfter: new Date(Date.now() + 7_200_000) });
    const tls = new TlsFiles('spec-end', files.writeCertificate('end', issuedUntil));
    expect(tls.current().cert).toBeDefined();
    const name = 'reseal_client_certificate_expiry_seconds{credential="spec-end"}';
    const line = (await registry.metrics()).split('\n').find((each) => each.startsWith(name));
    const left = Number(line?.slice(name.length));
    expect(left).toBeGreaterThan(3_600);
    expect(left).toBeLessThanOrEqual(7_200);
  });
});

describe('the URL of PostgreSQL', () => {
  const url = 'postgres://role:old@db.example:5432/reseal?application_name=x';

  it('A URL without files is used as it is', () => {
    expect(withDatabaseFiles(url, {})).toBe(url);
    expect(databaseConnection(url)).toEqual({ connectionString: url });
  });

  it('A URL with files gives each connection the content that they have then', () => {
    const paths = files.writeCertificate('database', issued);
    const ca = files.write('database-ca.pem', authority.pem);
    const password = files.write('database-password', 'p@ss/word 1');
    const complete = withDatabaseFiles(url, { ...paths, ca, password });
    expect(new URL(complete).searchParams.get('sslmode')).toBe('verify-full');
    expect(databaseConnection(complete)).toEqual({
      connectionString: 'postgres://role:p%40ss%2Fword%201@db.example:5432/reseal?application_name=x',
      ssl: {
        ca: Buffer.from(authority.pem),
        cert: Buffer.from(issued.certificate),
        key: Buffer.from(issued.key),
        rejectUnauthorized: true,
      },
    });
    files.writeCertificate('database', renewed);
    files.write('database-password', 'next');
    const after = databaseConnection(complete);
    expect(after.ssl?.cert).toEqual(Buffer.from(renewed.certificate));
    expect(new URL(after.connectionString).password).toBe('next');
  });

  it.each(['disable', 'prefer', 'require', 'verify-ca', 'no-verify'])(
    'A URL with sslmode=%s is refused together with a file for TLS',
    (mode) => {
      expect(() => withDatabaseFiles(`postgres://h/d?sslmode=${mode}`, { ca: '/ca.pem' })).toThrow(
        `sslmode=${mode}`,
      );
    },
  );
});
