import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { crlStanding, publishDueCrls } from '#activities/publication';
import { canonicalProfile, KeyStoreUnavailable, profileDigest } from '#libs/ca';
import { inTransaction } from '#libs/db';
import { insertProfile } from '#libs/db/certificates';
import { CrlPublication } from '../../apps/signer/src/crl-publication.js';
import { cuttableProxy, type CuttableProxy } from '../support/cuttable-proxy.js';
import { connectAsAdmin } from '../support/stores.js';
import { until } from '../support/until.js';
import { createStatusWorld, type IssuedCertificate, type StatusWorld } from '../world/status-world.js';

jest.setTimeout(120_000);

const run = promisify(execFile);
const ocspRequest = { 'content-type': 'application/ocsp-request' };
const malformed = '30030a0101';
const tryLater = '30030a0103';
const unauthorized = '30030a0106';

let world: StatusWorld;
const proxies: CuttableProxy[] = [];
beforeAll(async () => {
  world = await createStatusWorld();
  await hears();
});
afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await world.close();
});

/** Starts a proxy to the database and changes `server` to its address. The test can cut the connection. */
async function proxyTo(server: URL): Promise<CuttableProxy> {
  const proxy = await cuttableProxy(server.hostname, Number(server.port));
  proxies.push(proxy);
  server.host = `127.0.0.1:${proxy.port}`;
  return proxy;
}

const post = (body: Buffer | string, url = world.url) =>
  fetch(`${url}/ocsp`, { method: 'POST', headers: ocspRequest, body });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const hexOf = async (response: Response) => (await bytesOf(response)).toString('hex');
const requestOf = async ({ serial }: { serial: string }, ...more: string[]) =>
  readFileSync(await world.requestFor(serial, ...more));
const getUrl = (request: Buffer, url = world.url) =>
  `${url}/ocsp/${encodeURIComponent(request.toString('base64'))}`;

const hears = () =>
  until('it to hear of changes', async () =>
    (await (await world.probe('/metrics')).text()).includes('reseal_status_listening{app="status"} 1'),
  );

/** The status in an answer, as openssl reads it. */
async function statusIn(response: Buffer): Promise<string> {
  const file = world.file('answer.der');
  writeFileSync(file, response);
  const { stdout } = await run('openssl', ['ocsp', '-noverify', '-respin', file, '-resp_text']);
  return /Cert Status: (\w+)/.exec(stdout)?.[1] ?? stdout;
}
const statusBy = async (certificate: IssuedCertificate, url = world.url) =>
  statusIn(await bytesOf(await post(await requestOf(certificate, '-no_nonce'), url)));

describe('OCSP', () => {
  it('OCSP gives openssl the status of each certificate, by either hash, several at once', async () => {
    const good = await world.issue();
    const revoked = await world.issue({ revoked_at: world.clock.now(), revocation_reason: 'keyCompromise' });
    const held = await world.issue({ hold_at: world.clock.now() });
    const givenUp = await world.issue({
      state: 'ABANDONED',
      revoked_at: world.clock.now(),
      revocation_reason: 'cessationOfOperation',
    });
    const intended = await world.issue({ state: 'INTENT' });
    const said = await world.opensslOcsp([good, revoked, held, givenUp, intended]);
    const verdictOf = ({ file }: IssuedCertificate) =>
      said.slice(said.indexOf(file)).split('\n', 3).join(' ');
    expect(verdictOf(good)).toMatch(/: good/);
    expect(verdictOf(revoked)).toMatch(/: revoked/);
    expect(verdictOf(intended)).toMatch(/: unknown/);
    expect(said).toContain('Reason: keyCompromise');
    expect(said).toContain('Reason: certificateHold');
    expect(said).toContain('Reason: cessationOfOperation');
    expect(said).not.toContain('no nonce');
    expect(await world.opensslOcsp([good], '-no_nonce')).toContain(': good');
    expect(await world.opensslOcsp([good], '-sha256')).toContain(': good');
  });

  it('OCSP answers `unknown` for a serial that was never issued, and `unauthorized` for other issuers', async () => {
    expect(await statusBy({ serial: '10ff' } as IssuedCertificate)).toBe('unknown');
    const ofRoot = world.file('root-request.der');
    await run('openssl', ['ocsp', '-issuer', world.file('root.pem'), '-serial', '1', '-reqout', ofRoot]);
    expect(await hexOf(await post(readFileSync(ofRoot)))).toBe(unauthorized);
  });

  it('OCSP shows a revocation at once in every process, also if the answer was cached', async () => {
    const other = await world.startApp();
    const certificate = await world.issue();
    const urls = [world.url, other];
    for (const url of urls) expect(await statusBy(certificate, url)).toBe('good');
    await world.revoke(certificate);
    for (const url of urls)
      await until('both to have heard', async () => (await statusBy(certificate, url)) === 'revoked', {
        pauseMs: 10,
      });
  });

  it('OCSP shows a hold and its release', async () => {
    const certificate = await world.issue();
    const becomes = (status: string) =>
      until(status, async () => (await statusBy(certificate)) === status, { pauseMs: 10 });
    await becomes('good');
    await world.change(certificate, { hold_at: world.clock.now() });
    await becomes('revoked');
    await world.change(certificate, { hold_at: null });
    await becomes('good');
  });

  it('OCSP knows a certificate once it is stored, even if it was asked for before', async () => {
    const certificate = await world.issue({ state: 'INTENT' });
    const request = await requestOf(certificate, '-no_nonce');
    const before = await fetch(getUrl(request));
    expect(before.headers.get('cache-control')).toBe('no-store');
    expect(await statusIn(await bytesOf(before))).toBe('unknown');
    await world.change(certificate, { state: 'STORED', der: Buffer.from('any') });
    expect(await statusIn(await bytesOf(await fetch(getUrl(request))))).toBe('good');
  });

  it('OCSP answers from its cache only while it receives changes', async () => {
    const certificate = await world.issue();
    expect(await statusBy(certificate)).toBe('good');
    const admin = await connectAsAdmin('postgres');
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'reseal-status-changes' and datname = $1`,
      [new URL(world.databaseUrl('owner')).pathname.slice(1)],
    );
    await admin.end();
    await world.revoke(certificate);
    await until('its answer', async () => (await statusBy(certificate)) === 'revoked', {
      pauseMs: 10,
    });
    await hears();
  });

  it('OCSP answers a GET with the time for which caches may keep the answer', async () => {
    const certificate = await world.issue();
    const request = await requestOf(certificate, '-no_nonce');
    const escaped = await fetch(getUrl(request));
    const raw = await fetch(`${world.url}/ocsp/${request.toString('base64')}`);
    expect(await hexOf(escaped.clone())).toBe(await hexOf(raw));
    expect(await statusIn(await bytesOf(escaped))).toBe('good');
    const { headers } = escaped;
    expect(headers.get('content-type')).toBe('application/ocsp-response');
    expect(headers.get('cache-control')).toBe('max-age=60, public, no-transform, must-revalidate');
    const thisUpdate = Date.parse(headers.get('last-modified')!);
    expect(thisUpdate).toBe(Math.floor(world.clock.now().getTime() / 1000) * 1000);
    expect(Date.parse(headers.get('expires')!) - thisUpdate).toBe(3_600_000);
    const known = { headers: { 'if-none-match': headers.get('etag')! } };
    const again = await fetch(getUrl(request), known);
    expect([again.status, await again.text()]).toEqual([304, '']);
    const head = await fetch(getUrl(request), { method: 'HEAD' });
    expect([head.status, head.headers.get('etag')]).toEqual([200, headers.get('etag')]);
  });

  it('OCSP accepts every form of the URL of a GET, and a POST with a slash at its end', async () => {
    const request = await requestOf(await world.issue(), '-no_nonce');
    const base64 = request.toString('base64');
    const escaped = encodeURIComponent(base64);
    const forms = {
      unescaped: base64,
      'with slashes before it': `//${base64}`,
      'without padding': base64.replace(/=+$/, ''),
      base64url: request.toString('base64url'),
      'all of it escaped': [...base64]
        .map((character) => `%${character.charCodeAt(0).toString(16)}`)
        .join(''),
      'escaped twice': encodeURIComponent(escaped),
      'with a plus that became a space': base64.replaceAll('+', '%20'),
      'with a query': `${escaped}?x=1`,
    };
    for (const [form, path] of Object.entries(forms)) {
      const answer = await bytesOf(await fetch(`${world.url}/ocsp/${path}`));
      expect([form, await statusIn(answer)]).toEqual([form, 'good']);
    }
    const posted = await fetch(`${world.url}/ocsp/`, { method: 'POST', headers: ocspRequest, body: request });
    expect(await statusIn(await bytesOf(posted))).toBe('good');
  });

  it('OCSP sends an answer again that was signed in the second of If-Modified-Since', async () => {
    const url = getUrl(await requestOf(await world.issue(), '-no_nonce'));
    const since = { 'if-modified-since': (await fetch(url)).headers.get('last-modified')! };
    expect((await fetch(url, { headers: since })).status).toBe(200);
  });

  it('OCSP forbids caching of answers to a nonce or a POST', async () => {
    const certificate = await world.issue();
    const withNonce = await fetch(getUrl(await requestOf(certificate)));
    const byPost = await post(await requestOf(certificate, '-no_nonce'));
    for (const response of [withNonce, byPost]) {
      expect(await statusIn(await bytesOf(response))).toBe('good');
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('OCSP answers `malformedRequest` to malformed requests', async () => {
    const request = await requestOf({ serial: '10ab' });
    const garbage = [Buffer.alloc(0), Buffer.from('not DER'), request.subarray(0, -1)];
    for (const body of garbage) {
      const response = await post(body);
      expect([response.status, await hexOf(response)]).toEqual([200, malformed]);
    }
    for (const path of ['*', '%25', 'AAAA', `${request.toString('base64')}AA`])
      expect(await hexOf(await fetch(`${world.url}/ocsp/${path}`))).toBe(malformed);
  });

  it('OCSP refuses other media types and too large bodies with a problem', async () => {
    const asJson = await fetch(`${world.url}/ocsp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    const asText = await fetch(`${world.url}/ocsp`, { method: 'POST', body: 'x' });
    const large = await post(Buffer.alloc(17 * 1024));
    for (const [response, status] of [
      [asJson, 415],
      [asText, 415],
      [large, 413],
    ] as const) {
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    }
    expect((await fetch(`${world.url}/ocsp`)).headers.get('allow')).toBe('POST');
  });

  it('OCSP uses a new key without a restart', async () => {
    const certificate = await world.issue();
    const responderIn = async () => {
      const answer = await bytesOf(await post(await requestOf(certificate, '-no_nonce')));
      writeFileSync(world.file('answer.der'), answer);
      const args = ['ocsp', '-noverify', '-respin', world.file('answer.der'), '-resp_text'];
      const { stdout } = await run('openssl', args);
      return /Responder Id: (\w+)/.exec(stdout)![1];
    };
    const before = await responderIn();
    await world.renewOcspKey();
    await until('the new key', async () => (await responderIn()) !== before, { pauseMs: 20 });
    expect(await world.opensslOcsp([certificate])).toContain(': good');
  });
});

describe('CRL', () => {
  const shardUrl = (shard: number) => `${world.url}/crl/${world.authority.identity.keyId}/${shard}.crl`;
  const verify = async (certificate: IssuedCertificate, crl: Buffer) => {
    const pem = world.file('shard.pem');
    const der = world.file('shard.der');
    writeFileSync(der, crl);
    await run('openssl', ['crl', '-inform', 'DER', '-in', der, '-out', pem]);
    return run('openssl', [
      ...['verify', '-crl_check', '-extended_crl', '-CAfile', world.file('chain.pem')],
      ...['-CRLfile', pem, certificate.file],
    ]).then(
      () => 'good',
      (error: { stderr: string }) =>
        error.stderr.includes('certificate revoked') ? 'revoked' : error.stderr,
    );
  };
  const publish = () => publishDueCrls(world.publication);
  const crlsOf = (shard: number) =>
    world.owner.selectFrom('crl').selectAll().where('shard', '=', shard).orderBy('number').execute();
  const newest = async (shard: number) => bytesOf(await fetch(shardUrl(shard)));
  /** The app serves a new CRL once PostgreSQL has notified it. */
  const untilServed = (certificate: IssuedCertificate, status: 'good' | 'revoked') =>
    until(
      `a CRL by which the certificate is ${status}`,
      async () => (await verify(certificate, await newest(certificate.shard))) === status,
    );

  it('Every shard has a CRL after the first round, and a round without changes makes none', async () => {
    await publish();
    for (const shard of [0, 1]) {
      expect((await fetch(shardUrl(shard))).status).toBe(200);
      expect((await crlsOf(shard)).map(({ number }) => number)).toEqual(['1']);
    }
    expect(await publish()).toEqual({ published: 0, shown: 0 });
  });

  it('openssl finds revoked certificates by the CRL at their distribution point', async () => {
    const good = await world.issue();
    const revoked = await world.issue();
    await world.revoke(revoked);
    await publish();
    await untilServed(revoked, 'revoked');
    await untilServed(good, 'good');
    expect(await verify(revoked, await newest(1 - revoked.shard))).toContain('different CRL scope');
    const { crl_pending: pending, crl_published_at: at } = await world.row(revoked);
    expect([pending, at]).toEqual([false, world.clock.now()]);
  });

  it('A CRL stays valid for older certificates when the status app moves to another address', async () => {
    const older = await world.issue();
    const kept = { digest: profileDigest(world.profile), document: canonicalProfile(world.profile) };
    await inTransaction(world.owner, (tx) => insertProfile(tx, kept, world.clock.now()));
    const moved = { ...world.publication, statusUrl: 'http://moved.reseal.test' };
    await publishDueCrls(moved, { force: true });
    const crl = (await crlsOf(older.shard)).at(-1)!.der;
    expect(await verify(older, crl)).toBe('good');
    expect(crl.includes(`http://moved.reseal.test/crl/`)).toBe(true);
  });

  it('A CRL lists held certificates until they are released, with growing numbers', async () => {
    const certificate = await world.issue();
    await world.change(certificate, { hold_at: world.clock.now() });
    await publish();
    await untilServed(certificate, 'revoked');
    await world.change(certificate, { hold_at: null });
    // A clock that was set back does not lead to lower CRL numbers.
    world.clock.advance(-3_000);
    await publish();
    world.clock.advance(3_000);
    await untilServed(certificate, 'good');
    const numbers = (await crlsOf(certificate.shard)).map(({ number }) => Number(number));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('A CRL lists an expired certificate once more after its end', async () => {
    const end = new Date(world.clock.now().getTime() + 60_000);
    const certificate = await world.issue({ not_after: end });
    await world.revoke(certificate);
    const entries = async () => {
      const text = await run('openssl', [
        'crl',
        '-inform',
        'DER',
        '-in',
        world.file('last.der'),
        '-noout',
        '-text',
      ]);
      return text.stdout;
    };
    const listed = async () => {
      await publishDueCrls(world.publication, { force: true });
      writeFileSync(world.file('last.der'), (await crlsOf(certificate.shard)).at(-1)!.der);
      return (await entries()).includes(certificate.serial.toUpperCase());
    };
    expect(await listed()).toBe(true);
    world.clock.advance(120_000);
    expect(await listed()).toBe(true);
    world.clock.advance(60_000);
    expect(await listed()).toBe(false);
    world.clock.advance(-180_000);
  });

  it('A CRL is renewed after a day, by one of two publishers only', async () => {
    await publish();
    world.clock.advance(24 * 3_600_000);
    const made = await Promise.all([publish(), publish()]);
    expect(made.map(({ published }) => published).reduce((a, b) => a + b)).toBe(2);
    world.clock.advance(-24 * 3_600_000);
    // CRLs that were made by a clock ahead of time are replaced, too.
    expect(await publish()).toMatchObject({ published: 2 });
  });

  it('A CRL is published at once when a signer is notified of a revocation', async () => {
    const publication = new CrlPublication(world.publication, {
      databaseUrl: world.databaseUrl('signer'),
      registered: () => Promise.resolve(),
      admit: () => undefined,
      collectMs: 200,
    });
    publication.start();
    const certificate = await world.issue();
    try {
      await world.revoke(certificate);
      await until(
        'its list',
        async () => (await verify(certificate, await newest(certificate.shard))) === 'revoked',
      );
    } finally {
      await publication.stop();
    }
  });

  it('A CRL that cannot be signed is reported late, and its certificates wait', async () => {
    const told: string[] = [];
    const logger = pino({ level: 'error' }, { write: (line) => void told.push(line) });
    const [certificate, sameShard] = [await world.issue(), await world.issue()];
    for (const one of [certificate, sameShard]) await world.revoke(one);
    const signed: Buffer[] = [];
    const keyStore = {
      ...world.authority.keyStore,
      sign(bytes: Uint8Array) {
        signed.push(Buffer.from(bytes));
        return Promise.reject(new KeyStoreUnavailable('the token is away'));
      },
    };
    const away = { ...world.publication, logger, authorities: { all: [{ ...world.authority, keyStore }] } };
    await expect(publishDueCrls(away, { force: true })).rejects.toThrow('the token is away');
    expect(signed).toHaveLength(1); // the other shard was not waited for a second time
    expect((await world.row(certificate)).crl_pending).toBe(true);
    expect(told.some((line) => line.includes('no CRL shows the changed status'))).toBe(false);

    world.clock.advance(16 * 60_000);
    expect((await crlStanding(away)).oldestPendingSeconds).toBeGreaterThan(900);
    await expect(publishDueCrls(away)).rejects.toThrow('the token is away');
    expect(told.some((line) => line.includes('no CRL shows the changed status'))).toBe(true);
    await publish();
    const standing = await crlStanding(world.publication);
    expect(standing.oldestPendingSeconds).toBe(0);
    expect(standing.nextUpdateSeconds.get(world.authority.subject)).toBeGreaterThan(24 * 3_600);
    world.clock.advance(-16 * 60_000);
  });

  it('A CRL may be cached for a minute, is not sent again unchanged, and former CRLs stay available', async () => {
    const url = shardUrl(0);
    const first = await fetch(url);
    expect(first.headers.get('content-type')).toBe('application/pkix-crl');
    expect(first.headers.get('cache-control')).toBe('max-age=60, public, no-transform, must-revalidate');
    const etag = first.headers.get('etag')!;
    expect((await fetch(url, { headers: { 'if-none-match': `"x", ${etag}` } })).status).toBe(304);
    expect((await fetch(url, { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);

    const old = await fetch(url.replace('.crl', '/1.crl'));
    expect(await bytesOf(old)).toEqual((await crlsOf(0))[0]!.der);
    expect(old.headers.get('cache-control')).toContain('immutable');
  });

  it('A CRL answers If-Modified-Since by its date, unless an earlier CRL has the same or a later date', async () => {
    const own = await createStatusWorld();
    const url = `${own.url}/crl/${own.authority.identity.keyId}/1.crl`;
    const publishAfter = async (ms: number) => {
      own.clock.advance(ms);
      await publishDueCrls(own.publication, { force: true });
      const { number } = await own.owner
        .selectFrom('crl')
        .select(({ fn }) => fn.max('number').as('number'))
        .executeTakeFirstOrThrow();
      const der = await bytesOf(await fetch(url.replace('.crl', `/${number}.crl`)));
      await until('the CRL', async () => (await bytesOf(await fetch(url))).equals(der), { pauseMs: 10 });
      return Date.parse((await fetch(url)).headers.get('last-modified')!);
    };
    const statusSince = async (moment: number, more: Record<string, string> = {}) => {
      const since = { 'if-modified-since': new Date(moment).toUTCString(), ...more };
      return (await fetch(url, { headers: since })).status;
    };
    try {
      const date = await publishAfter(10_000);
      expect(await statusSince(date)).toBe(304);
      expect(await statusSince(date + 1_000)).toBe(304);
      expect(await statusSince(date - 1_000)).toBe(200);
      expect(await statusSince(date, { 'cache-control': 'no-cache' })).toBe(304);
      expect(await statusSince(date, { 'if-none-match': '"x"' })).toBe(200);
      expect(await publishAfter(0)).toBe(date);
      expect(await statusSince(date)).toBe(200);
      expect(await statusSince(await publishAfter(-5_000))).toBe(200);
      expect(await statusSince(await publishAfter(10_000))).toBe(304);
    } finally {
      await own.close();
    }
  });

  it('A CRL that does not exist is a problem', async () => {
    const { keyId } = world.authority.identity;
    const paths = [
      `crl/${keyId}/2.crl`,
      `crl/${keyId}/00.crl`,
      `crl/${keyId}/0`,
      'crl/00/0.crl',
      `crl/${keyId}/0/99999.crl`,
    ];
    for (const path of [...paths, 'ca/00.crt', 'ca/x']) {
      const response = await fetch(`${world.url}/${path}`);
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        404,
        'application/problem+json',
      ]);
    }
  });
});

describe('status app', () => {
  it('The status app serves the certificate of an issuing CA', async () => {
    const { identity, chain } = world.authority;
    const response = await fetch(`${world.url}/ca/${identity.keyId}.crt`);
    expect(response.headers.get('content-type')).toBe('application/pkix-cert');
    expect(await bytesOf(response)).toEqual(chain[0]);
  });

  it('Java accepts OCSP answers and CRLs of the status app', async () => {
    const [good, revoked, held] = [await world.issue(), await world.issue(), await world.issue()];
    await world.revoke(revoked);
    await world.change(held, { hold_at: world.clock.now() });
    await publishDueCrls(world.publication);
    const certificates = [good, revoked, held];
    const checks = ['ocsp', 'crl'].flatMap((way) => certificates.map(({ file }) => `${way}=${file}`));
    const verdicts = ['GOOD', 'REVOKED SUPERSEDED', 'REVOKED CERTIFICATE_HOLD'];
    expect(await world.java(...checks)).toEqual([...verdicts, ...verdicts]);
  });

  it('The status app serves CRLs while PostgreSQL is down, and OCSP answers tryLater', async () => {
    const server = new URL(world.databaseUrl('status'));
    const proxy = await proxyTo(server);
    const url = await world.startApp({ databaseUrl: server.href });
    const certificate = await world.issue();
    const { keyId } = world.authority.identity;
    await publishDueCrls(world.publication);
    const listed = async () => (await fetch(`${url}/crl/${keyId}/${certificate.shard}.crl`)).status;
    await until('it to be ready', async () => (await world.probe('/health/ready', url)).ok);
    await until('its CRLs', async () => (await listed()) === 200);
    expect(await statusBy(certificate, url)).toBe('good');

    proxy.cut();
    const request = await requestOf(certificate, '-no_nonce');
    await until('it to notice', async () => (await hexOf(await post(request, url))) === tryLater);
    expect(await listed()).toBe(200);
    expect((await fetch(`${url}/crl/${keyId}/0/1.crl`)).status).toBe(503);
    expect((await fetch(`${url}/ca/${keyId}.crt`)).status).toBe(200);
    expect((await world.probe('/health/ready', url)).status).toBe(200);

    proxy.restore();
    await until('it to answer', async () => (await statusBy(certificate, url)) === 'good');
  });

  it('A ready status app has every CRL, even if PostgreSQL goes down right then', async () => {
    await publishDueCrls(world.publication, { force: true });
    const server = new URL(world.databaseUrl('status'));
    const proxy = await proxyTo(server);
    const url = await world.startApp({ databaseUrl: server.href, statusReloadMs: 3_600_000 });
    await until('it to be ready', async () => (await world.probe('/health/ready', url)).ok);
    proxy.cut();
    const { keyId } = world.authority.identity;
    for (const shard of [0, 1]) expect((await fetch(`${url}/crl/${keyId}/${shard}.crl`)).status).toBe(200);
    proxy.restore();
  });

  it('The status app shows when its keys expire and whether it receives changes', async () => {
    const metrics = await (await world.probe('/metrics')).text();
    expect(metrics).toMatch(
      /reseal_ocsp_certificate_expiry_seconds\{issuer="[^"]+",app="status"\} [67]\d{6}/,
    );
    expect(metrics).toContain('reseal_status_listening{app="status"} 1');
  });
});
