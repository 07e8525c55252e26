import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { loadConfig } from '#libs/config';
import { createDatabase, type Database } from '#libs/db';
import { createApplication } from '#libs/http';
import { opsConfig } from '../../apps/ops/src/config.js';
import { OpsModule } from '../../apps/ops/src/ops.module.js';
import { TestIssuer } from '../../apps/ops/src/testing/issuer.js';
import { createTestDatabase } from '../world/test-database.js';
import { insertReissues } from './lists/million.js';
import { commonOptions, parseOptions } from './options.js';
import { loadSince, setting } from './setting.js';

const usage = `npm run bench -- lists [options]

How fast the operators' lists, searches and counts answer over HTTP, with many reissues in the database.

  --reissues N   reissues in the database (default 1000000)
  --rounds N     calls of each kind (default 200)
  --json         print the figures as one JSON object on the last line
  --help         this text
`;

interface Result {
  readonly title: string;
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
}

/** `npm run bench -- lists`: times of lists and counts, in milliseconds. */
export async function run(args: readonly string[]): Promise<void> {
  const values = parseOptions(
    args,
    {
      reissues: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '200' },
      ...commonOptions,
    },
    usage,
  );
  if (values.help) return console.log(usage);
  const [reissues, rounds] = [Number(values.reissues), Number(values.rounds)];
  const before = setting();
  const database = await createTestDatabase();
  const owner = createDatabase({ url: database.urlOf('owner'), applicationName: 'bench' });
  const issuer = await TestIssuer.start();
  let app: Awaited<ReturnType<typeof startApp>> | undefined;
  try {
    app = await startApp(database.urlOf('ops'), issuer.url);
    const url = await app.getUrl();
    await insertReissues(owner, reissues, (done) =>
      process.stderr.write(`• ${done.toLocaleString('en')} reissues\n`),
    );
    const token = await issuer.token({ exp: 3_600 });
    const ask = async (path: string) => {
      const answer = await fetch(`${url}/v1/reissues${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as { items?: unknown[]; nextCursor?: string | null };
    };
    const results = await measure(await casesIn(owner), rounds, ask);
    const { cpu, cores, node } = before;
    console.log(
      `${cpu}, ${cores} cores; Node ${node}, PostgreSQL 18; ${reissues.toLocaleString('en')} reissues`,
    );
    console.log(`${loadSince(before)}; one call at a time, ${rounds} of each kind\n`);
    console.log(table(results));
    if (values.json) console.log(JSON.stringify({ setting: { ...before, reissues, rounds }, results }));
  } finally {
    await app?.close();
    await issuer.close();
    await owner.destroy();
    await database.drop();
  }
}

async function startApp(databaseUrl: string, issuer: string) {
  const key = randomBytes(32).toString('base64');
  const auditKey = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const config = loadConfig(opsConfig, {
    RESEAL_ENV: 'test',
    RESEAL_LOG_LEVEL: 'warn',
    RESEAL_DATABASE_URL: databaseUrl,
    // The measured calls do not use Temporal.
    RESEAL_TEMPORAL_ADDRESS: '127.0.0.1:1',
    RESEAL_TEMPORAL_NAMESPACE: 'bench',
    RESEAL_CODEC_KEYS: JSON.stringify({ current: 'bench', keys: { bench: key } }),
    RESEAL_OIDC_ISSUER: issuer,
    RESEAL_AUDIT_PUBLIC_KEYS: JSON.stringify({
      keys: [{ ...auditKey, kid: 'bench', validFrom: '2026-01-01T00:00:00.000Z' }],
    }),
    RESEAL_OPS_PORT: '0',
  });
  const app = await createApplication({ name: 'ops', module: OpsModule.with(config), config });
  await app.listen(0, '127.0.0.1');
  return app;
}

/** A kind of call. Each round asks for another record, so that caches do not help. */
type Case = readonly [title: string, path: (round: number) => string];

const pick = <T>(values: readonly T[], round: number): T => values[round % values.length]!;

async function casesIn(owner: Database): Promise<Case[]> {
  const sample = await owner
    .selectFrom('reissue')
    .select(['customer_ref', 'reissue_id', 'created_at'])
    .orderBy('reissue_id')
    .limit(500)
    .execute();
  const day = (round: number) => {
    const from = pick(sample, round).created_at.getTime();
    return `createdFrom=${new Date(from).toISOString()}&createdTo=${new Date(from + 86_400_000).toISOString()}`;
  };
  const cursor = (round: number) => {
    const { created_at: at, reissue_id: id } = pick(sample, round);
    const time = `${at.toISOString().slice(0, 23).replace('T', ' ')}+00`;
    return Buffer.from(JSON.stringify(['-createdAt', time, id])).toString('base64url');
  };
  const open = [
    'IDENTITY_REQUIRED',
    'PASSWORD_REQUIRED',
    'CONSENT_REQUIRED',
    'KEY_REQUIRED',
    'ISSUING',
    'ISSUED',
  ];
  const ended = ['REGISTERED', 'REJECTED', 'TIMED_OUT', 'CANCELLED', 'ABANDONED', 'WITHDRAWN'];
  const parkings = ['DEPENDENCY_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'STEP_FAILED'];
  const ends = ['DEADLINE', 'CANCELLED_BY_CUSTOMER', 'IDENTITY_LOCKED', 'NOT_RETRIED', 'SUPERSEDED'];
  const reasons = ['EXPIRED', 'LOST', 'PASSWORD_FORGOTTEN', 'KEY_COMPROMISED'];
  return [
    ['newest, 50 at once', () => '?limit=50'],
    ['newest, 200 at once', () => '?limit=200'],
    ['a page deep in the list', (n) => `?cursor=${cursor(n)}`],
    ['parked, longest first', () => '?sort=parkedSince'],
    ['of a state', (n) => `?state=${pick([...open, ...ended], n)}`],
    ['open', () => '?open=true'],
    ['ended, oldest first', () => '?open=false&sort=createdAt'],
    ['of a parking code', (n) => `?code=${pick(parkings, n)}&sort=parkedSince`],
    ['of an end code', (n) => `?code=${pick(ends, n)}`],
    ['of a reason, on one day', (n) => `?reason=${pick(reasons, n)}&${day(n)}`],
    ['of states and a reason', (n) => `?state=${pick(ended, n)},${pick(open, n)}&reason=${pick(reasons, n)}`],
    ['of a state and an end code that exclude each other', (n) => `?state=REGISTERED&code=${pick(ends, n)}`],
    ['of a customer', (n) => `?customerRef=${pick(sample, n).customer_ref}`],
    ['one reissue', (n) => `/${pick(sample, n).reissue_id}`],
    ['count of all', () => '/count'],
    ['count of the parked by step', () => '/count?parked=true&by=step'],
    ['count of the open by state', () => '/count?open=true&by=state'],
    ['count of all by state', () => '/count?by=state'],
    ['count of all by code', () => '/count?by=code'],
    ['count of a day by state', (n) => `/count?by=state&${day(n)}`],
  ];
}

/** Measures the kinds alternately, so that a disturbance of the machine affects all. The first rounds do not count. */
async function measure(
  cases: readonly Case[],
  rounds: number,
  ask: (path: string) => Promise<unknown>,
): Promise<Result[]> {
  const warmUp = 5;
  const times = new Map(cases.map(([title]) => [title, [] as number[]]));
  for (let round = -warmUp; round < rounds; round += 1) {
    if (round % 50 === 0) process.stderr.write(`• round ${round} of ${rounds}\n`);
    for (const [title, path] of cases) {
      const asked = path(round + warmUp);
      const since = performance.now();
      await ask(asked);
      if (round >= 0) times.get(title)!.push(performance.now() - since);
    }
  }
  return [...times].map(([title, all]) => {
    const sorted = all.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
    return { title, p50: at(0.5), p99: at(0.99), slowest: sorted.at(-1)! };
  });
}

function table(results: readonly Result[]): string {
  const head = ['', 'p50', 'p99', 'slowest'];
  const rows = results.map(({ title, ...times }) => [
    title,
    ...[times.p50, times.p99, times.slowest].map((ms) => `${ms.toFixed(1)} ms`),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .join('\n');
}
