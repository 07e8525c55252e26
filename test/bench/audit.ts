import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readTrust, verifyEvidence } from '#libs/audit-proofs';
import {
  makeCheckpoint,
  sequenceEntries,
  Sequencer,
  sequencerLeadership,
  type AuditSigningKey,
} from '#libs/audit-log';
import { createDatabase, inTransaction, type Database } from '#libs/db';
import { countPendingEntries } from '#libs/db/audit';
import { sql } from 'kysely';
import { pino } from 'pino';
import { until } from '../support/until.js';
import { createTestDatabase } from '../world/test-database.js';
import { processorMeter } from './processor.js';
import { entriesPerReissue, transactionsPerReissue, reissueTransactions } from './audit/transactions.js';
import { inParallel } from './measure.js';
import { commonOptions, parseOptions } from './options.js';
import { loadSince, setting } from './setting.js';

const usage = `npm run bench -- audit [options]

The cost of the audit trail for a reissue, compared with the same transactions without it: processor time of this
process and of PostgreSQL, bytes in the database, and how much slower concurrent reissues are.

  --reissues N   reissues in each round of each kind (default 200)
  --rounds N     measured rounds; the kinds alternate (default 5)
  --at-once N    concurrent reissues (default 8)
  --bundle FILE  also measure the verification of this evidence,
  --trust FILE   with this trust file
  --json         print the figures as one JSON object on the last line
  --help         this text
`;

const key: AuditSigningKey = {
  ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { kty: string }),
  kid: 'bench',
};
const checkpoints = { origin: 'bench', key, intervalMs: 0 };
const tables = ['audit_entry', 'audit_personal', 'audit_leaf', 'audit_node', 'audit_checkpoint'];

/** Seconds of processor time, and elapsed seconds, of the rounds of one kind. */
interface RoundCosts {
  readonly cpu: number[];
  readonly elapsed: number[];
}

/** `npm run bench -- audit`: the cost of the audit trail. */
export async function run(args: readonly string[]): Promise<void> {
  const values = parseOptions(
    args,
    {
      reissues: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '5' },
      'at-once': { type: 'string', default: '8' },
      bundle: { type: 'string' },
      trust: { type: 'string' },
      ...commonOptions,
    },
    usage,
  );
  if (values.help) return console.log(usage);
  const [reissues, rounds, atOnce] = [values.reissues, values.rounds, values['at-once']].map(Number) as [
    number,
    number,
    number,
  ];
  const before = setting();
  const database = await createTestDatabase();
  const db = createDatabase({ url: database.urlOf('worker'), max: atOnce + 2, applicationName: 'bench' });
  try {
    const bench = new Bench(db, database.urlOf('worker'), reissues, atOnce);
    const found = await bench.measure(rounds);
    console.log(
      `${before.cpu}, ${before.cores} cores; Node ${before.node}, PostgreSQL 18; ${reissues} reissues a round,`,
    );
    console.log(
      `${transactionsPerReissue} transactions and ${entriesPerReissue} entries each, ${atOnce} concurrent; ${rounds} alternating rounds;`,
    );
    console.log(`${loadSince(before)}\n`);
    console.log(table(found, reissues));
    if (values.bundle && values.trust) console.log(await timeVerification(values.bundle, values.trust));
    if (values.json) console.log(JSON.stringify({ setting: { ...before, reissues, rounds, atOnce }, found }));
  } finally {
    await db.destroy();
    await database.drop();
  }
}

type AuditCosts = Readonly<Record<'without' | 'with' | 'sequencing' | 'beside', RoundCosts>> & {
  readonly bytes: number;
};

class Bench {
  private readonly found = {
    without: { cpu: [], elapsed: [] } as RoundCosts,
    with: { cpu: [], elapsed: [] } as RoundCosts,
    sequencing: { cpu: [], elapsed: [] } as RoundCosts,
    beside: { cpu: [], elapsed: [] } as RoundCosts,
  };

  constructor(
    private readonly db: Database,
    private readonly workerUrl: string,
    private readonly reissues: number,
    private readonly atOnce: number,
  ) {}

  async measure(rounds: number): Promise<AuditCosts> {
    const meter = await processorMeter(this.db);
    const walks = (audited: boolean) => () =>
      inParallel(this.atOnce, Array.from({ length: this.reissues }), () =>
        reissueTransactions(this.db, { audited }),
      );
    const size = async () => {
      const { rows } = await sql<{ bytes: number }>`
        SELECT sum(pg_total_relation_size(name::regclass))::float8 AS bytes
        FROM unnest(${tables}::text[]) AS name`.execute(this.db);
      return rows[0]!.bytes;
    };
    let [bytes, written] = [0, 0];
    for (let round = 0; round <= rounds; round += 1) {
      process.stderr.write(round === 0 ? '• warm-up\n' : `• round ${round} of ${rounds}\n`);
      // The first round fills caches. Its times do not count.
      const take = async (kind: keyof typeof this.found, work: () => Promise<unknown>) => {
        const [cpu, since] = [meter(), performance.now()];
        await work();
        if (round === 0) return;
        this.found[kind].cpu.push(meter() - cpu);
        this.found[kind].elapsed.push((performance.now() - since) / 1_000);
      };
      const smaller = await size();
      await take('without', walks(false));
      await take('with', walks(true));
      await take('sequencing', () => this.sequence());
      if (round > 0) [bytes, written] = [bytes + (await size()) - smaller, written + this.reissues];
      const sequencer = await this.startSequencer();
      await take('beside', walks(true));
      await until('the log to contain all entries', async () => (await countPendingEntries(this.db)) === 0);
      await sequencer.stop();
    }
    return { ...this.found, bytes: bytes / written };
  }

  /** Makes leaves of all pending entries, and a checkpoint. */
  private async sequence(): Promise<void> {
    const now = new Date();
    while ((await inTransaction(this.db, (tx) => sequenceEntries(tx, 1_000, now))) > 0);
    await inTransaction(this.db, (tx) => makeCheckpoint(tx, checkpoints, now));
  }

  private async startSequencer(): Promise<Sequencer> {
    const sequencer = new Sequencer({
      db: this.db,
      leadership: sequencerLeadership(this.workerUrl),
      checkpoints: { ...checkpoints, intervalMs: 1_000 },
      clock: () => new Date(),
      logger: pino({ level: 'silent' }),
    });
    sequencer.start();
    await until('the sequencer to lead', () => sequencer.active);
    return sequencer;
  }
}

/** The median time of the verifier after a warm-up. */
async function timeVerification(bundleFile: string, trustFile: string): Promise<string> {
  const text = readFileSync(bundleFile, 'utf8');
  const trust = readTrust(JSON.parse(readFileSync(trustFile, 'utf8')));
  const times: number[] = [];
  for (let time = 0; time < 23; time += 1) {
    const since = performance.now();
    const { valid } = await verifyEvidence(JSON.parse(text), trust);
    if (!valid) throw new Error(`${bundleFile} is not valid`);
    if (time >= 3) times.push(performance.now() - since);
  }
  return `evidence of ${(text.length / 1024).toFixed(0)} kB is verified in ${median(times).toFixed(1)} ms (median of 20)`;
}

const median = (values: readonly number[]) =>
  values.toSorted((one, other) => one - other)[values.length >> 1]!;

function table({ bytes, ...kinds }: AuditCosts, reissues: number): string {
  const rows = [
    ['the same transactions without audit', kinds.without],
    ['with entries', kinds.with],
    ['leaves and checkpoints of these entries', kinds.sequencing],
    ['with entries, while the sequencer runs', kinds.beside],
  ] as const;
  const lines = rows.map(([title, { cpu, elapsed }]) => {
    const [ms, rate] = [(median(cpu) / reissues) * 1_000, reissues / median(elapsed)];
    return `${title.padEnd(42)}${ms.toFixed(2).padStart(12)}${rate.toFixed(0).padStart(14)}`;
  });
  const extra =
    ((median(kinds.with.cpu) + median(kinds.sequencing.cpu) - median(kinds.without.cpu)) / reissues) * 1e3;
  const ratio = median(kinds.with.elapsed) / median(kinds.beside.elapsed);
  return [
    `${'median of the rounds'.padEnd(42)}${'ms CPU each'.padStart(12)}${'a second'.padStart(14)}`,
    ...lines,
    '',
    `audit costs ${extra.toFixed(2)} ms of processor time and ${(bytes / 1024).toFixed(1)} kB for each reissue, indexes included;`,
    `while the sequencer runs, the rate of reissues is ${(ratio * 100).toFixed(0)} % of the rate without it`,
  ].join('\n');
}
