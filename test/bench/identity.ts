import { loadavg } from 'node:os';
import type { IdentifierKind } from '#libs/domain';
import type { Customer } from '../support/customer.js';
import { expectSuccess } from '../support/http.js';
import { unknownPersonLike } from '../support/unknown-person.js';
import { connectToStack, type RunningStack } from '../support/running-stack.js';
import type { Person } from '../support/sandbox.js';
import { compare, type Comparison } from './identity/compare.js';
import { commonOptions, parseOptions, wholeNumber } from './options.js';
import { setting } from './setting.js';

const usage = `npm run bench -- identity [options]

Whether the time of an answer reveals who is a customer, or whose online reissues are blocked. Makes the same calls for people
the bank knows, for people it does not know and for blocked people, alternating in random order, once for each person. On a whole
stack, over HTTP.

  --count N      people of each kind, for each kind of identifier (default 300, at least 20)
  --json         print the figures as one JSON object on the last line
  --help         this text
`;

/** People before the measurement, while code gets compiled and connections are made. */
const warmUp = 15;
const ways: readonly IdentifierKind[] = ['MOBILE', 'RRN'];
/** A wrong code. It is right once in a million times. */
const wrong = '000000';

interface Row extends Comparison {
  readonly title: string;
  readonly count: number;
}

/** Milliseconds, of people the bank knows, of people it does not know, and of blocked people. */
type Times = readonly [known: number[], unknown: number[], blocked: number[]];
/** The kinds that are compared with the people the bank knows. */
const others = ['unknown', 'blocked'] as const;

/** `npm run bench -- identity`: answer times of known and unknown people. */
export async function run(args: readonly string[]): Promise<void> {
  const values = parseOptions(
    args,
    {
      count: { type: 'string', default: '300' },
      ...commonOptions,
    },
    usage,
  );
  if (values.help) return console.log(usage);
  const count = wholeNumber(values.count, { name: '--count', least: 20, usage });
  const before = setting();
  const stack = connectToStack();
  try {
    const rows: Row[] = [];
    for (const by of ways) rows.push(...(await measure(stack, by, count)));
    const after = loadavg()[0]!;
    const { cpu, cores, node, load } = before;
    console.log(
      `${cpu}, ${cores} cores; Node ${node}; gateway, worker, Temporal, PostgreSQL and client on it`,
    );
    console.log(
      `load ${load.toFixed(1)} before, ${after.toFixed(1)} after; sequential calls, ${count} people of each kind\n`,
    );
    console.log(table(rows));
    if (values.json) console.log(JSON.stringify({ setting: { ...before, loadAfter: after, count }, rows }));
  } finally {
    await stack.close();
  }
}

async function measure(stack: RunningStack, by: IdentifierKind, count: number): Promise<Row[]> {
  process.stderr.write(`• ${count} customers, identified by ${by}\n`);
  const known = await stack.sandbox.makePeople(count + warmUp, 'VALID');
  const blocked = await stack.sandbox.makePeople(count + warmUp, 'VALID');
  await block(stack, blocked);
  const start: Times = [[], [], []];
  const verification: Times = [[], [], []];
  for (const [index, person] of known.entries()) {
    const counts = index >= warmUp;
    const three = [person, unknownPersonLike(person), blocked[index]!];
    const shuffled = three
      .map((each, kind) => ({ each, kind, place: Math.random() }))
      .toSorted((one, other) => one.place - other.place);
    for (const { each, kind } of shuffled) {
      const times = await timesOf(stack, each, by);
      if (!counts) continue;
      start[kind]!.push(times.start);
      verification[kind]!.push(times.verification);
    }
    if (counts && (index - warmUp + 1) % 100 === 0) process.stderr.write(`• ${index - warmUp + 1} of each\n`);
  }
  return others.flatMap((other, index) => [
    { title: `start by ${by}, ${other}`, count, ...compare(start[0], start[index + 1]!) },
    { title: `wrong code by ${by}, ${other}`, count, ...compare(verification[0], verification[index + 1]!) },
  ]);
}

/** Blocks the online reissues of these people. */
async function block({ db }: RunningStack, people: readonly Person[]): Promise<void> {
  const customers = await db
    .selectFrom('customer')
    .select('customer_ref')
    .where((is) => is('mobile', '=', is.fn.any(is.val(people.map(({ mobile }) => mobile)))))
    .execute();
  const block = { source: 'operator', reason: 'OTHER', since: new Date(), blocked_by: 'benchmark' } as const;
  await db
    .insertInto('reissue_block')
    .values(customers.map(({ customer_ref }) => ({ customer_ref, ...block })))
    .execute();
}

/** Starts a reissue and submits one wrong code. */
async function timesOf(stack: RunningStack, person: Person, by: IdentifierKind) {
  const customer: Customer = await stack.customerFor(person);
  const started = await customer.start({ by, methods: ['PHONE_CODE', 'ONE_WON'] });
  expectSuccess(started);
  const verified = await customer.verify({ PHONE_CODE: wrong });
  expectSuccess(verified);
  return { start: started.ms, verification: verified.ms };
}

function table(rows: readonly Row[]): string {
  const head = ['', 'n', 'known', 'other', 'difference', '95 % interval', 'longer', 'by chance'];
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const lines = rows.map(({ title, count, medians, difference, interval, longer, chance }) => [
    title,
    `2 × ${count}`,
    ...medians.map(ms),
    ms(difference),
    `${interval[0].toFixed(1)} to ${ms(interval[1])}`,
    longer.toFixed(3),
    chance.toFixed(3),
  ]);
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!);
  return [
    ...all.map((line) => line.map(cell).join('  ')),
    '',
    'known, other: medians. longer: how often the answer to the other person took longer; 0.5 reveals nothing.',
    'by chance: probability of such a difference if there is none (Mann-Whitney, two-sided).',
  ].join('\n');
}
