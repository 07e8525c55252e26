import path from 'node:path';
import type { Reason } from '#libs/domain';
import { readAddresses, type Addresses } from '../support/addresses.js';
import { bookmarkEvents, readEventsOfReissues, type PublishedEvent } from '../support/kafka.js';
import { Sandbox, type Holding, type Person } from '../support/sandbox.js';
import { TemporalHistories } from '../support/temporal.js';
import { print } from './console.js';
import type { Figures } from './figures.js';
import { writeOutputFiles } from './output-files.js';
import { readOptions, usage, UsageError, type Options } from './options.js';
import { reissueOnce, type CompletedReissue, type Endpoints } from './reissue-once.js';
import { percentile, tenths } from './statistics.js';

/** The certificate of a person who has this reason. */
const holdingFor: Readonly<Record<Reason, Holding>> = {
  EXPIRED: 'EXPIRED',
  LOST: 'VALID',
  PASSWORD_FORGOTTEN: 'VALID',
  KEY_COMPROMISED: 'VALID',
};
/** Further failures are only counted. */
const failuresShown = 5;

interface Run {
  readonly completed: readonly CompletedReissue[];
  readonly failed: number;
  readonly seconds: number;
}

async function demo(options: Options): Promise<number> {
  const addresses = readAddresses();
  const { reason, count } = options;
  const sandbox = new Sandbox(addresses.sandbox);
  // Each person is used once, because the sandbox does not update a person's certificate and password after a reissue.
  const people = await sandbox.makePeople(count, holdingFor[reason]);
  const bookmark = await bookmarkEvents(addresses.kafkaBrokers);

  const world = { gateway: addresses.gateway, sandbox };
  const run = count === 1 ? await showOne(world, people[0]!, options) : await runMany(world, people, options);

  const ids = run.completed.map(({ reissue }) => reissue.id);
  const timeoutMs = 30_000 + count * 10;
  const events = await readEventsOfReissues(addresses.kafkaBrokers, bookmark, ids, { timeoutMs });
  const historyEvents = await readHistories(addresses, run, events, options);
  const total = [...events.values()].reduce((sum, story) => sum + story.length, 0);
  const figures = figuresOf(run, total, historyEvents);
  if (figures.registered > 0) print.figures(figures);
  if (options.out && figures.registered > 0) print.line(`  Files in ${options.out}`);
  if (options.json) print.line(JSON.stringify(figures));
  return run.failed === 0 ? 0 : 1;
}

async function showOne(world: Endpoints, person: Person, options: Options): Promise<Run> {
  print.line(`${person.name}, ${person.mobile}, requests a new certificate: ${options.reason}`);
  print.line();
  print.header();
  const since = performance.now();
  try {
    const completed = await reissueOnce(world, person, options, print.step);
    const seconds = (performance.now() - since) / 1000;
    print.total(completed.ms);
    print.line();
    print.certificate(completed);
    return { completed: [completed], failed: 0, seconds };
  } catch (error) {
    print.failure(error as Error);
    return { completed: [], failed: 1, seconds: 0 };
  }
}

async function runMany(world: Endpoints, people: readonly Person[], options: Options): Promise<Run> {
  const { reason, count, concurrency } = options;
  print.line(`${count} reissues, ${concurrency} concurrent: ${reason}`);
  const completed: CompletedReissue[] = [];
  let failed = 0;
  const waiting = people.values();
  const since = performance.now();
  const work = async () => {
    for (const person of waiting) {
      try {
        completed.push(await reissueOnce(world, person, options));
      } catch (error) {
        failed += 1;
        if (failed <= failuresShown) print.failure(error as Error);
      }
      const done = completed.length + failed;
      if (done % Math.ceil(count / 10) === 0 || done === count) print.progress(done, count);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const seconds = (performance.now() - since) / 1000;
  print.line();
  print.steps(completed);
  print.line();
  return { completed, failed, seconds };
}

/** Reads the length of each history, and writes the files of --out. */
async function readHistories(
  { temporal }: Addresses,
  { completed }: Run,
  events: ReadonlyMap<string, readonly PublishedEvent[]>,
  { out, count }: Options,
): Promise<number[]> {
  const histories = await TemporalHistories.connect(temporal);
  try {
    const lengths: number[] = [];
    for (const one of completed) {
      const { id } = one.reissue;
      lengths.push(await histories.lengthWhenClosed(id));
      if (out === undefined) continue;
      const directory = count === 1 ? out : path.join(out, id);
      await writeOutputFiles(directory, one, events.get(id) ?? [], await histories.of(id));
    }
    return lengths;
  } finally {
    await histories.close();
  }
}

function figuresOf(
  { completed, failed, seconds }: Run,
  events: number,
  historyEvents: readonly number[],
): Figures {
  const times = completed.map(({ ms }) => ms);
  const reissues = completed.length + failed;
  return {
    reissues,
    registered: completed.filter(({ reissue }) => reissue.state === 'REGISTERED').length,
    failed,
    msPerReissue: { p50: percentile(times, 50), p99: percentile(times, 99) },
    events,
    historyEvents: percentile(historyEvents, 50),
    ...(reissues > 1 ? { perSecond: tenths(completed.length / seconds) } : {}),
  };
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) print.line(usage);
  else process.exitCode = await demo(options);
} catch (error) {
  print.failure(error as Error);
  if (error instanceof UsageError) console.error(`\n${usage}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
