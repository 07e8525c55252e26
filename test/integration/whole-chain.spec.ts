import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { publishDueCrls } from '#activities/publication';
import { certificateKeyId, parsePemBundle } from '#libs/ca';
import { createStatusWorld, type IssuedCertificate, type StatusWorld } from '../world/status-world.js';

jest.setTimeout(120_000);
const run = promisify(execFile);

const backdateMs = 300_000;
let world: StatusWorld;
beforeAll(async () => {
  world = await createStatusWorld({ backdateMs });
});
afterAll(() => world.close());

const rootKeyId = () => certificateKeyId(parsePemBundle(readFileSync(world.file('root.pem'), 'utf8'))[0]!);
const fetched = async (url: string) => {
  const answer = await fetch(url);
  expect([url, answer.status]).toEqual([url, 200]);
  return Buffer.from(await answer.arrayBuffer());
};
const text = async (...args: string[]) => (await run('openssl', args)).stdout;

/** The verdict of openssl on a whole chain, with the given CRLs; `atSeconds` is the verifier's clock. */
async function verdict(certificate: IssuedCertificate, atSeconds?: number): Promise<string> {
  const { keyId } = world.authority.identity;
  const lists = {
    root: await fetched(`${world.url}/ca/${rootKeyId()}.crl`),
    shard: await fetched(`${world.url}/crl/${keyId}/${certificate.shard}.crl`),
  };
  const files = [];
  for (const [name, der] of Object.entries(lists)) {
    writeFileSync(world.file(`${name}.crl`), der);
    const pem = world.file(`${name}.crl.pem`);
    await run('openssl', ['crl', '-inform', 'DER', '-in', world.file(`${name}.crl`), '-out', pem]);
    files.push('-CRLfile', pem);
  }
  return run('openssl', [
    ...['verify', '-crl_check_all', '-extended_crl', '-x509_strict'],
    ...(atSeconds === undefined ? [] : ['-attime', String(atSeconds)]),
    ...['-CAfile', world.file('root.pem'), '-untrusted', world.file('issuing.pem'), ...files],
    certificate.file,
  ]).then(
    ({ stdout }) => stdout.trim().split(': ').at(-1)!,
    ({ stderr }: { stderr: string }) => /error \d+ at \d+ depth lookup: (.*)/.exec(stderr)?.[1] ?? stderr,
  );
}

describe('a whole chain', () => {
  it('Each certificate below the root names the sources of its revocation status and of its issuer', async () => {
    const issuing = await text('x509', '-in', world.file('issuing.pem'), '-noout', '-text');
    expect(issuing).toContain(`URI:${world.url}/ca/${rootKeyId()}.crl`);
    expect(issuing).toContain(`CA Issuers - URI:${world.url}/ca/${rootKeyId()}.crt`);
    const root = parsePemBundle(readFileSync(world.file('root.pem'), 'utf8'))[0]!;
    expect(await fetched(`${world.url}/ca/${rootKeyId()}.crt`)).toEqual(root);
  });

  it('openssl and Java accept a whole chain as it is set up, and refuse it with a revoked certificate', async () => {
    const [good, revoked] = [await world.issue(), await world.issue()];
    await world.revoke(revoked);
    await publishDueCrls({ ...world.publication, backdateMs });
    expect(await verdict(good)).toBe('OK');
    expect(await verdict(revoked)).toBe('certificate revoked');
    expect(await world.java(`chain=${good.file}`, `chain=${revoked.file}`)).toEqual([
      'GOOD',
      'REVOKED SUPERSEDED',
    ]);
  });

  it('openssl accepts a whole chain with CRLs that it fetches itself, except for the root’s own certificate', async () => {
    const certificate = await world.issue();
    await publishDueCrls({ ...world.publication, backdateMs }, { force: true });
    const address = (
      await text('x509', '-in', world.file('issuing.pem'), '-noout', '-ext', 'crlDistributionPoints')
    )
      .split('URI:')[1]!
      .trim();
    writeFileSync(world.file('fetched.crl'), await fetched(address));
    const pem = world.file('fetched.crl.pem');
    await run('openssl', ['crl', '-inform', 'DER', '-in', world.file('fetched.crl'), '-out', pem]);
    const chain = ['-CAfile', world.file('root.pem'), '-untrusted', world.file('issuing.pem')];
    const options = ['-crl_check_all', '-crl_download', '-extended_crl', '-CRLfile', pem];
    expect(await text('verify', ...options, ...chain, certificate.file)).toMatch(/: OK$/m);
  });

  it('A verifier that is 30 seconds behind accepts a whole chain with new CRLs and answers', async () => {
    const certificate = await world.issue();
    await publishDueCrls({ ...world.publication, backdateMs }, { force: true });
    const behind = Math.floor(world.clock.now().getTime() / 1000) - 30;
    expect(await verdict(certificate, behind)).toBe('OK');
    const answer = await world.opensslOcsp([certificate], '-resp_text');
    const [, thisUpdate = ''] = /This Update: (.*)/.exec(answer) ?? [];
    expect(new Date(thisUpdate).getTime() / 1000).toBeLessThan(behind);
  });

  it('A whole chain is refused once the root has revoked the issuing CA', async () => {
    const certificate = await world.issue();
    await publishDueCrls({ ...world.publication, backdateMs }, { force: true });
    await world.revokeIssuing();
    expect(await verdict(certificate)).toBe('certificate revoked');
    expect(await world.java(`chain=${certificate.file}`)).toEqual(['REVOKED KEY_COMPROMISE']);
    expect(await text('crl', '-in', world.file('root.crl.pem'), '-noout', '-text')).toMatch(
      /CRL Number:\s+2\b/,
    );
  });
});
