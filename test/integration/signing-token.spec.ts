import { X509Certificate } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createCertificateAuthority,
  openAuthorities,
  openToken,
  rotateIssuingAuthority,
  type OpenAuthorities,
  type Token,
} from '#libs/ca';
import { createSoftToken, tokenProcesses, type SoftToken } from '../../libs/ca/src/testing/soft-token.js';
import { startTime, createSigningWorld, type SigningWorld } from '../world/signing-world.js';

const work = mkdtempSync(join(tmpdir(), 'reseal-signing-token-'));
const directory = join(work, 'ca');
const passphrase = 'only for these specs';
const root = { directory: join(work, 'ca-root'), passphrase };

let world: SigningWorld;
let soft: SoftToken;
let token: Token;
let authorities: OpenAuthorities;
let issue: (reissueId: string) => Promise<unknown>;

beforeAll(async () => {
  world = await createSigningWorld();
  soft = createSoftToken('reseal-signing');
  token = openToken({ ...soft.address, timeoutMs: 3_000, queueLimit: 50 });
  const organisation = 'reseal-test';
  await createCertificateAuthority({
    statusUrl: 'http://status.reseal.test',
    directory,
    passphrase,
    organisation,
    root,
    token,
    now: startTime,
  });
  authorities = await openAuthorities({ directory, passphrase, token, clock: world.clock.now });
  issue = world.signer({ authorities });
});
afterAll(async () => {
  await authorities.close();
  await world.close();
  soft.drop();
  rmSync(work, { recursive: true });
});

const signal = (name: NodeJS.Signals) => tokenProcesses().forEach((pid) => process.kill(pid, name));

async function certificateOf(reissueId: string): Promise<X509Certificate> {
  const rows = await world.certificatesOf(reissueId);
  const stored = rows.filter((row) => row.state === 'STORED');
  expect(stored).toHaveLength(1);
  return new X509Certificate(stored[0]!.der!);
}
const isSignedBy = (certificate: X509Certificate, { chain }: OpenAuthorities['current']) =>
  certificate.verify(new X509Certificate(chain[0]).publicKey);

describe('signing with a key in a PKCS#11 token', () => {
  it('A signer with a key in a PKCS#11 token issues concurrent certificates', async () => {
    const reissues = await world.makeReissues(20);
    await Promise.all(reissues.map(issue));
    for (const reissueId of reissues)
      expect(isSignedBy(await certificateOf(reissueId), authorities.current)).toBe(true);
  });

  it('A signer with a PKCS#11 token issues one certificate although the session is lost while it signs', async () => {
    const { reissueId } = await world.makeReissue();
    signal('SIGSTOP');
    const issuing = issue(reissueId);
    await delay(500);
    signal('SIGKILL');
    expect(await issuing).toMatchObject({ outcome: 'ISSUED' });
    expect(isSignedBy(await certificateOf(reissueId), authorities.current)).toBe(true);
    expect(await world.auditOf(reissueId)).toEqual(['INTENDED', 'DONE']);
  });

  it('A signer with a PKCS#11 token fails retryably while the token is absent, leaves no intent open, and succeeds later', async () => {
    const { reissueId } = await world.makeReissue();
    renameSync(soft.folder, `${soft.folder}.away`);
    signal('SIGKILL');
    await expect(issue(reissueId)).rejects.toMatchObject({ name: 'KeyStoreUnavailable' });
    expect((await world.certificatesOf(reissueId)).map((row) => row.state)).toEqual(['ABANDONED']);
    renameSync(`${soft.folder}.away`, soft.folder);
    expect(await issue(reissueId)).toMatchObject({ outcome: 'ISSUED' });
    expect(isSignedBy(await certificateOf(reissueId), authorities.current)).toBe(true);
  });
});

describe('rotation under a signer that runs', () => {
  it('Every certificate is signed by the CA that it names, before and after a rotation under a running signer', async () => {
    const [before, after] = await world.makeReissues(2);
    const old = authorities.current;
    await issue(before!);
    world.clock.advance(2 * 86_400_000);
    await rotateIssuingAuthority({
      statusUrl: 'http://status.reseal.test',
      directory,
      passphrase,
      token,
      newKeys: 'pkcs11',
      root,
      now: world.clock.now(),
      prepare: async () => undefined,
    });
    expect(await authorities.reload()).toBe(true);
    await issue(after!);
    expect(isSignedBy(await certificateOf(before!), old)).toBe(true);
    const renewed = await certificateOf(after!);
    expect(isSignedBy(renewed, authorities.current)).toBe(true);
    expect(renewed.issuer).toContain('Issuing CA 2');
    expect((await world.certificatesOf(after!))[0]).toMatchObject({ issuer: authorities.current.subject });
  });
});
