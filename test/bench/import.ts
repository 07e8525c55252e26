import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { projectRoot } from '#libs/config';
import { createDatabase } from '#libs/db';
import { bankCustomer, type BankCustomer } from '../support/bank-customers.js';
import { createTestDatabase } from '../world/test-database.js';
import { commonOptions, parseOptions, wholeNumber } from './options.js';
import { residentMiB } from './proc.js';
import { progress } from './progress.js';
import { loadSince, setting } from './setting.js';

const usage = `npm run bench -- import [options]

How fast \`npm run customers -- import\` takes customers from a CSV file, and how much memory it needs for more of them.

  --sizes LIST   customers in each file, separated by commas (default 10000,100000,1000000)
  --heap MIB     what Node may use for objects (default 96)
  --json         print the figures as one JSON object on the last line
  --help         this text
`;

interface Result {
  readonly customers: number;
  readonly perSecond: number;
  readonly residentMiB: number;
}

/** `npm run bench -- import`: customers a second, and the most memory that the import had. */
export async function run(args: readonly string[]): Promise<void> {
  const values = parseOptions(
    args,
    {
      sizes: { type: 'string', default: '10000,100000,1000000' },
      heap: { type: 'string', default: '96' },
      ...commonOptions,
    },
    usage,
  );
  if (values.help) return console.log(usage);
  // Sample numbers repeat after a million.
  const limits = { name: '--sizes', least: 1_000, most: 1_000_000, usage };
  const sizes = values.sizes.split(',').map((size) => wholeNumber(size, limits));
  const heap = wholeNumber(values.heap, { name: '--heap', least: 32, usage });
  const before = setting();
  const folder = mkdtempSync(join(tmpdir(), 'reseal-import-'));
  const results: Result[] = [];
  try {
    for (const customers of sizes) {
      const file = join(folder, 'customers.csv');
      progress(`a file of ${customers.toLocaleString('en')} customers`);
      await writeCustomers(file, customers);
      progress('the import');
      results.push(await importOf(file, customers, heap));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const { cpu, cores, node } = before;
  console.log(`${cpu}, ${cores} cores; Node ${node}, PostgreSQL 18; a heap of at most ${heap} MiB`);
  console.log(`${loadSince(before)}\n`);
  console.log(
    '| customers | a second | most resident memory, MiB |\n| --------: | -------: | ------------------------: |',
  );
  for (const each of results)
    console.log(
      `| ${each.customers.toLocaleString('en')} | ${Math.round(each.perSecond)} | ${Math.round(each.residentMiB)} |`,
    );
  if (values.json) console.log(JSON.stringify({ setting: { ...before, heap }, results }));
}

async function writeCustomers(file: string, count: number): Promise<void> {
  const columns = Object.keys(bankCustomer()) as (keyof BankCustomer)[];
  const cell = (text = '') => (text.includes(',') ? `"${text}"` : text);
  const writing = createWriteStream(file);
  writing.write(`${columns.join(',')}\n`);
  for (let written = 0; written < count; written += 1_000) {
    const people = Array.from({ length: Math.min(1_000, count - written) }, () => bankCustomer());
    const lines = people.map((person) => `${columns.map((column) => cell(person[column])).join(',')}\n`);
    if (!writing.write(lines.join(''))) await once(writing, 'drain');
  }
  writing.end();
  await finished(writing);
}

/** Imports a file into an empty database, in a process of its own. @throws if not every line was imported */
async function importOf(file: string, customers: number, heap: number): Promise<Result> {
  const database = await createTestDatabase();
  try {
    const keys = { current: 'bench', keys: { bench: randomBytes(32).toString('base64') } };
    const since = performance.now();
    const child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${heap}`,
        join(projectRoot(), 'dist/apps/cli/src/customers/main.js'),
        'import',
        file,
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          PATH: process.env.PATH,
          RESEAL_DATABASE_URL: database.urlOf('customers'),
          RESEAL_REGISTRY_KEYS: JSON.stringify(keys),
        },
      },
    );
    let [most, said] = [0, ''];
    createInterface({ input: child.stderr }).on('line', (line) => (said = line));
    const sampling = setInterval(() => (most = Math.max(most, residentMiB(child.pid!))), 100);
    child.once('exit', () => clearInterval(sampling));
    const [code] = (await once(child, 'exit')) as [number | null];
    const seconds = (performance.now() - since) / 1_000;
    const owner = createDatabase({ url: database.urlOf('owner'), applicationName: 'bench' });
    try {
      const { count } = await owner
        .selectFrom('customer')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .executeTakeFirstOrThrow();
      if (code !== 0 || Number(count) !== customers)
        throw new Error(`The import ended with ${code}, and ${count} customers are on file: ${said}`);
    } finally {
      await owner.destroy();
    }
    return { customers, perSecond: customers / seconds, residentMiB: most };
  } finally {
    await database.drop();
  }
}
