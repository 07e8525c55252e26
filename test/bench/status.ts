import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { publishDueCrls } from '#activities/publication';
import { crlShardOf, newSerialNumber } from '#libs/ca';
import { projectRoot } from '#libs/config';
import { until } from '../support/until.js';
import { freePort } from '../support/free-ports.js';
import { createStatusWorld, type StatusWorld } from '../world/status-world.js';
import { commonOptions, parseOptions } from './options.js';
import { setting } from './setting.js';
import { measureLoad, type LoadCase, type LoadResult } from './status/load.js';

const usage = `npm run bench -- status [options]

How fast the status app answers over HTTP, compared with a plain Fastify route that sends the same number of bytes.

  --connections N   concurrent connections (default 32)
  --rounds N        measured rounds (default 5)
  --seconds N       duration of each case in a round (default 2)
  --revoked N       revoked certificates, in two CRL shards (default 2000)
  --json            print the figures as one JSON object on the last line
  --help            this text
`;

/** `npm run bench -- status`: OCSP and CRL answers a second. */
export async function run(args: readonly string[]): Promise<void> {
  const values = parseOptions(
    args,
    {
      connections: { type: 'string', default: '32' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      revoked: { type: 'string', default: '2000' },
      ...commonOptions,
    },
    usage,
  );
  if (values.help) return console.log(usage);
  const load = {
    connections: Number(values.connections),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
  };
  const before = setting();
  const world = await createStatusWorld();
  const children: ChildProcess[] = [];
  try {
    const cases = await prepare(world, Number(values.revoked), children);
    const results = await measureLoad(cases, load, (round) =>
      process.stderr.write(round === 0 ? '• warm-up\n' : `• round ${round} of ${load.rounds}\n`),
    );
    const after = loadavg()[0]!;
    const { cpu, cores, node, openssl } = before;
    console.log(`${cpu}, ${cores} cores; Node ${node}, OpenSSL ${openssl}, PostgreSQL 18, autocannon 9`);
    console.log(
      `load ${before.load.toFixed(1)} before, ${after.toFixed(1)} after; one server process, one client process`,
    );
    console.log(
      `${load.connections} connections; medians of ${load.rounds} alternating rounds of ${load.seconds} s\n`,
    );
    console.log(table(results));
    if (values.json)
      console.log(JSON.stringify({ setting: { ...before, loadAfter: after, ...load }, results }));
  } finally {
    for (const child of children) child.kill();
    await world.close();
  }
}

const certificates = 200;

async function prepare(world: StatusWorld, revoked: number, children: ChildProcess[]): Promise<LoadCase[]> {
  await revokeMany(world, revoked);
  await publishDueCrls(world.publication);
  const statusUrl = await startStatusApp(world, children);
  const issued = await Promise.all(Array.from({ length: certificates }, () => world.issue()));
  const plain: Buffer[] = [];
  const withNonce: Buffer[] = [];
  for (const { serial } of issued) {
    plain.push(readFileSync(await world.requestFor(serial, '-no_nonce')));
    withNonce.push(readFileSync(await world.requestFor(serial)));
  }
  const path = `/crl/${world.authority.identity.keyId}/0.crl`;
  const crl = await fetch(`${statusUrl}${path}`);
  const crlSize = (await crl.arrayBuffer()).byteLength;
  const etag = crl.headers.get('etag')!;
  const ocspSize = (await (await ask(statusUrl, plain[0]!)).arrayBuffer()).byteLength;
  const staticUrl = await startStaticServer([ocspSize, crlSize], children);

  const post = (body: Buffer) => ({
    method: 'POST' as const,
    path: '/ocsp',
    headers: { 'content-type': 'application/ocsp-request' },
    body,
  });
  const get = (body: Buffer) => ({ path: `/ocsp/${encodeURIComponent(body.toString('base64'))}` });
  const [staticPost, staticGet, staticCrl] = ['static POST', 'static GET', 'static GET, as large as the CRL'];
  return [
    {
      title: staticPost,
      url: staticUrl,
      requests: plain.map((body) => ({ ...post(body), path: `/${ocspSize}` })),
    },
    { title: staticGet, url: staticUrl, requests: [{ path: `/${ocspSize}` }] },
    { title: staticCrl, url: staticUrl, requests: [{ path: `/${crlSize}` }] },
    { title: 'OCSP by POST, from memory', url: statusUrl, requests: plain.map(post), baseline: staticPost },
    { title: 'OCSP by GET, from memory', url: statusUrl, requests: plain.map(get), baseline: staticGet },
    {
      title: 'OCSP by POST, nonce: database and signature',
      url: statusUrl,
      requests: withNonce.map(post),
      baseline: staticPost,
    },
    {
      title: `CRL of ${Math.round(revoked / 2)} entries`,
      url: statusUrl,
      requests: [{ path }],
      baseline: staticCrl,
    },
    {
      title: 'CRL that has not changed (304)',
      url: statusUrl,
      requests: [{ path, headers: { 'if-none-match': etag } }],
      baseline: staticGet,
    },
  ];
}

const ask = (url: string, body: Buffer) =>
  fetch(`${url}/ocsp`, { method: 'POST', headers: { 'content-type': 'application/ocsp-request' }, body });

/** Inserts revoked certificates, as rows that were abandoned during signing, because these need no signature. */
async function revokeMany({ owner, authority, profile, clock }: StatusWorld, count: number): Promise<void> {
  const now = clock.now();
  const rows = Array.from({ length: count }, () => {
    const serial = newSerialNumber();
    return {
      serial,
      customer_id: randomUUID(),
      issuer: authority.subject,
      profile: profile.id,
      profile_digest: 'bench',
      policy: profile.policy,
      basis: 'NEW' as const,
      state: 'ABANDONED' as const,
      subject: 'cn=bench',
      spki_sha256: randomBytes(32).toString('hex'),
      tbs_digest: 'bench',
      crl_shard: crlShardOf(serial, profile.crlShards),
      not_before: now,
      not_after: authority.identity.notAfter,
      created_at: now,
      revoked_at: now,
      revocation_reason: 'cessationOfOperation' as const,
    };
  });
  for (let at = 0; at < rows.length; at += 1_000)
    await owner
      .insertInto('certificate')
      .values(rows.slice(at, at + 1_000))
      .execute();
}

/** Starts the app in its own process, as it is deployed. */
async function startStatusApp(world: StatusWorld, children: ChildProcess[]): Promise<string> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  start(children, ['dist/apps/status/src/main.js'], {
    RESEAL_ENV: 'test',
    RESEAL_LOG_LEVEL: 'warn',
    RESEAL_STATUS_PORT: String(port),
    RESEAL_METRICS_PORT: String(metricsPort),
    RESEAL_DATABASE_URL: world.databaseUrl('status'),
    RESEAL_OCSP_DIRECTORY: world.responders.directory,
    RESEAL_OCSP_PASSPHRASE: world.responders.passphrase,
  });
  const url = `http://127.0.0.1:${port}`;
  const metrics = `http://127.0.0.1:${metricsPort}`;
  await until('the status app to be ready', async () => (await fetch(`${metrics}/health/ready`)).ok);
  await until('the status app to listen for changes', async () =>
    /reseal_status_listening\{[^}]*\} 1/.test(await (await fetch(`${metrics}/metrics`)).text()),
  );
  return url;
}

async function startStaticServer(sizes: readonly number[], children: ChildProcess[]): Promise<string> {
  const port = await freePort();
  start(children, ['dist-tools/test/bench/status/static-server.js', String(port), ...sizes.map(String)], {});
  const url = `http://127.0.0.1:${port}`;
  await until('the static server to answer', async () => (await fetch(`${url}/${sizes[0]}`)).ok);
  return url;
}

function start(children: ChildProcess[], args: readonly string[], env: Record<string, string>): void {
  const [script = '', ...rest] = args;
  const child = spawn(process.execPath, [join(projectRoot(), script), ...rest], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  process.once('exit', () => child.kill());
}

function table(results: readonly LoadResult[]): string {
  const head = ['', 'a second', 'p50', 'p99', 'bytes each', 'of static'];
  const rows = results.map(({ title, rate, p50, p99, size, ratio }) => [
    title,
    Math.round(rate).toLocaleString('en'),
    `${p50} ms`,
    `${p99} ms`,
    size.toLocaleString('en'),
    ratio === undefined ? '' : `${(ratio * 100).toFixed(0)} %`,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ');
  return [head, ...rows].map(line).join('\n');
}
