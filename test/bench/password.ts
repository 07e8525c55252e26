import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { verify } from '@node-rs/argon2';
import type { Customer } from '../support/customer.js';
import { connectToStack, type RunningStack } from '../support/running-stack.js';
import {
  preparedConsents,
  customersBeforePassword,
  submitPasswords,
  preparedPassword,
  timed,
} from './password/crowd.js';
import { readOptions, usage, type Options } from './password/options.js';
import { distribution, table } from './password/table.js';
import { setting } from './setting.js';

const wrong = 'not-the-right-1';

/** Pause between the start of a flood and the first measured step, and between steps. */
const pauseMs = 50;

/** Milliseconds, of all rounds. */
interface Samples {
  readonly password: number[];
  readonly hash: number[];
  readonly quiet: number[];
  readonly flooded: number[];
  readonly passwordFlooded: number[];
  readonly wrong: number[];
  readonly flood: number[];
}

/** `npm run bench -- password`: the password step, and other steps during a flood of wrong passwords. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options.help) return console.log(usage);
  const before = setting();
  const stack = connectToStack();
  try {
    const samples = await measure(stack, options);
    const after = loadavg()[0]!;
    const { flood, rounds, steps } = options;
    const { cpu, cores, node, load } = before;
    console.log(
      `${cpu}, ${cores} cores; Node ${node}; gateway, worker, Temporal, PostgreSQL and client on it`,
    );
    console.log(
      `load ${load.toFixed(1)} before, ${after.toFixed(1)} after; ${rounds} rounds, ${steps} steps`,
    );
    console.log(
      `of each kind in a round, sequential; ${flood} concurrent wrong passwords, each of another reissue\n`,
    );
    const rows = rowsOf(samples, options);
    console.log(table(rows));
    const share = distribution(samples.hash).p50 / distribution(samples.password).p50;
    console.log(`\nhashing is ${(share * 100).toFixed(0)} % of the password step (p50 of each)`);
    if (options.json)
      console.log(JSON.stringify({ setting: { ...before, loadAfter: after, ...options }, rows, share }));
  } finally {
    await stack.close();
  }
}

function rowsOf(samples: Samples, { flood }: Options) {
  const row = (title: string, values: readonly number[]) => ({ title, ...distribution(values) });
  return [
    row('password step, right password', samples.password),
    row('the hash alone, in this process', samples.hash),
    row('step of another reissue (consents), quiet', samples.quiet),
    row(`step of another reissue (consents), during ${flood} wrong passwords`, samples.flooded),
    row('password step, right password, during the flood', samples.passwordFlooded),
    row('wrong password in the flood', samples.wrong),
    row('the whole flood', samples.flood),
  ];
}

async function measure(stack: RunningStack, { flood, rounds, steps }: Options): Promise<Samples> {
  const samples: Samples = {
    password: [],
    hash: [],
    quiet: [],
    flooded: [],
    passwordFlooded: [],
    wrong: [],
    flood: [],
  };
  process.stderr.write(`• ${flood} customers for the flood, ${2 * steps + 1} for each round\n`);
  const crowd = await customersBeforePassword(stack, flood);
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(round === 0 ? '• warm-up\n' : `• round ${round} of ${rounds}\n`);
    const [honest, others, late] = split(await customersBeforePassword(stack, 2 * steps + 1), steps);
    await submitPasswords(others);
    // The warm-up floods nothing, because a fifth wrong password locks.
    const found = await measureRound(stack, honest, others, late, round === 0 ? [] : crowd);
    if (round > 0)
      for (const [name, values] of Object.entries(found)) samples[name as keyof Samples].push(...values);
  }
  await expectWrongTriesCounted(stack, crowd, rounds);
  return samples;
}

function split(customers: readonly Customer[], steps: number): [Customer[], Customer[], Customer] {
  return [customers.slice(0, steps), customers.slice(steps, 2 * steps), customers[2 * steps]!];
}

async function measureRound(
  stack: RunningStack,
  honest: readonly Customer[],
  others: readonly Customer[],
  late: Customer,
  crowd: readonly Customer[],
): Promise<Samples> {
  const password: number[] = [];
  const hash: number[] = [];
  const quiet: number[] = [];
  for (const customer of honest) {
    password.push(await timed(await preparedPassword(customer, customer.person.certificatePassword)));
    hash.push(await timeOfHash(stack, customer));
  }
  for (const customer of honest) quiet.push(await timed(await preparedConsents(customer)));
  return { password, hash, quiet, ...(await measureFlood(others, late, crowd)) };
}

/** The time of comparing a customer's password with the stored verifier, without the step around it. */
async function timeOfHash({ db }: RunningStack, { person }: Customer): Promise<number> {
  const { verifier } = await db
    .selectFrom('password_credential')
    .select('verifier')
    .where('customer_id', '=', person.personId)
    .executeTakeFirstOrThrow();
  const since = performance.now();
  await verify(verifier, person.certificatePassword);
  return performance.now() - since;
}

async function measureFlood(
  others: readonly Customer[],
  late: Customer,
  crowd: readonly Customer[],
): Promise<Pick<Samples, 'flooded' | 'passwordFlooded' | 'wrong' | 'flood'>> {
  const calls = await Promise.all(crowd.map((customer) => preparedPassword(customer, wrong)));
  const itsPassword = await preparedPassword(late, late.person.certificatePassword);
  const consents = await Promise.all(others.map((customer) => preparedConsents(customer)));

  const since = performance.now();
  const elapsed = () => performance.now() - since;
  const state = { over: false };
  const flood = Promise.all(
    calls.map(async (call) => {
      const { status, problem } = await call();
      if (status !== 422) throw new Error(`a wrong password was answered ${status} ${problem?.title ?? ''}`);
      return elapsed();
    }),
  ).finally(() => (state.over = true));
  await delay(pauseMs);
  const passwordFlooded = timed(itsPassword);
  const flooded: number[] = [];
  for (const consent of consents) {
    if (state.over && calls.length > 0) break;
    flooded.push(await timed(consent));
    await delay(pauseMs);
  }
  const wrongs = await flood;
  return {
    flooded,
    passwordFlooded: [await passwordFlooded],
    wrong: wrongs,
    flood: [Math.max(0, ...wrongs)],
  };
}

/** Checks that each wrong password counted once. */
async function expectWrongTriesCounted(
  { db }: RunningStack,
  crowd: readonly Customer[],
  tries: number,
): Promise<void> {
  const rows = await db
    .selectFrom('password_credential')
    .select('wrong_tries')
    .where(
      'customer_id',
      'in',
      crowd.map(({ person }) => person.personId),
    )
    .execute();
  const wronglyCounted = rows.filter(({ wrong_tries: counted }) => counted !== tries);
  if (rows.length !== crowd.length || wronglyCounted.length > 0)
    throw new Error(
      `${wronglyCounted.length} of ${rows.length} customers have a wrong count of failed passwords`,
    );
}
