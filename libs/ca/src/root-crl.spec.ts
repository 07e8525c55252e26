import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { authorityFiles } from './authority-files.js';
import { createCertificateAuthority } from './create-authority.js';
import type { CrlEntry } from './crl-entries.js';
import { readPemCertificate } from './open-root.js';
import { AuthorityInfoAccessExtension, CRLDistributionPointsExtension, X509Certificate } from './peculiar.js';
import { issueRootCrl, parseRootCrl, readRootCrl, rootCrlDue } from './root-crl.js';

const now = new Date('2026-11-05T03:04:05.678Z');
const dayMs = 86_400_000;
const daysLater = (days: number) => new Date(now.getTime() + days * dayMs);

let home: string;
const place = (name = 'ca') => ({ directory: join(home, name), passphrase: 'only for these specs' });
const root = (name = 'ca') => ({ ...place(`${name}-root`) });
const create = (name = 'ca') =>
  createCertificateAuthority({
    ...place(name),
    organisation: 'reseal-test',
    statusUrl: 'http://status.reseal.test',
    now,
  });
const revoked = (serial: string, reason: CrlEntry['reason'] = 'superseded'): CrlEntry => ({
  serial,
  reason,
  revokedAt: new Date('2026-11-05T03:00:00Z'),
});
const issue = (more: CrlEntry[] = [], days = 1) =>
  issueRootCrl({ directory: place().directory, root: root(), thisUpdate: daysLater(days), more });

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'reseal-root-crl-'));
  await create();
});
afterEach(() => rmSync(home, { recursive: true }));

describe('the CRL of the root', () => {
  it('The first root CRL is empty and valid for a year', async () => {
    expect(await readRootCrl(place().directory)).toMatchObject({
      number: 1n,
      thisUpdate: new Date('2026-11-05T03:04:05Z'),
      nextUpdate: new Date('2027-11-06T03:04:05Z'),
      entries: [],
    });
  });

  it('The root CRL has the next number each time and keeps revocations with their first reason', async () => {
    await issue([revoked('0a')]);
    await issue([revoked('0b', 'keyCompromise'), revoked('0A', 'cACompromise')]);
    const { number, entries } = (await readRootCrl(place().directory))!;
    expect(number).toBe(3n);
    const serials = entries.map(({ serial, reason }) => [Number.parseInt(serial, 16), reason]);
    expect(serials.sort()).toEqual([
      [10, 'superseded'],
      [11, 'keyCompromise'],
    ]);
  });

  it('The root CRL continues after a known CRL with a higher number', async () => {
    await issue();
    const known = await issue([revoked('0c')]);
    rmSync(authorityFiles(place().directory).rootCrl);
    const next = await issueRootCrl({
      directory: place().directory,
      root: root(),
      thisUpdate: now,
      known,
    });
    expect(next).toMatchObject({ number: 4n, entries: [{ reason: 'superseded' }] });
  });

  it('The root CRL is due if there is none, or if a third of its year is left', async () => {
    const crl = await readRootCrl(place().directory);
    expect([undefined, crl].map((each) => rootCrlDue(each, now))).toEqual([true, false]);
    expect([243, 245].map((days) => rootCrlDue(crl, daysLater(days)))).toEqual([false, true]);
  });

  it('The root CRL ends with the root at the latest', async () => {
    const { notAfter } = new X509Certificate(
      readPemCertificate(authorityFiles(place().directory).rootCertificate),
    );
    expect((await issue([], 19.9 * 365)).nextUpdate).toEqual(notAfter);
  });

  it('The root CRL is refused if another root signed it, or if its root is not the directory’s', async () => {
    await create('other');
    const { der } = (await readRootCrl(place('other').directory))!;
    const ours = readPemCertificate(authorityFiles(place().directory).rootCertificate);
    await expect(parseRootCrl(der, ours)).rejects.toThrow('another key signed the CRL');
    await expect(
      issueRootCrl({ directory: place().directory, root: root('other'), thisUpdate: now }),
    ).rejects.toThrow(/the root in .* is not the root of/);
  });

  it('The issuing CA’s certificate names the root CRL and the address of the root’s certificate', () => {
    const { rootCertificate, issuingCertificate } = authorityFiles(place().directory);
    const issuing = new X509Certificate(readPemCertificate(issuingCertificate(1)));
    const rootKeyId = new X509Certificate(readPemCertificate(rootCertificate)).getExtension('2.5.29.14');
    const keyId = Buffer.from(rootKeyId!.value).subarray(2).toString('hex');
    const url = `http://status.reseal.test/ca/${keyId}`;
    const points = issuing.getExtension(CRLDistributionPointsExtension)!.distributionPoints;
    expect(points.map((each) => each.distributionPoint?.fullName?.[0]?.uniformResourceIdentifier)).toEqual([
      `${url}.crl`,
    ]);
    expect(issuing.getExtension(AuthorityInfoAccessExtension)!.caIssuers.map(({ value }) => value)).toEqual([
      `${url}.crt`,
    ]);
  });
});
