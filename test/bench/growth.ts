import { databaseUrlOf } from '../support/app-environment.js';
import { until } from '../support/until.js';
import { connectToStack, type RunningStack } from '../support/running-stack.js';
import { HistoryFiller, type Template } from './growth/fill.js';
import { measureMemory, memoryReport } from './growth/memory.js';
import { readOptions, usage, type Options } from './growth/options.js';
import { growthReport, type SizeResult } from './growth/report.js';
import { backgroundSeconds, measureRound, roundOf, warmUp, type Round } from './reissue/measure-round.js';
import type { Path } from './reissue/paths.js';
import { Probes } from './reissue/probes.js';
import { resealPath } from './reissue/reseal-path.js';
import { progress } from './progress.js';
import { loadSince, setting } from './setting.js';

/** `npm run bench -- growth`: what a reissue costs while the database grows. The exit code is 1 if that is more and more. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options.help) return console.log(usage);
  const before = setting();
  const stack = connectToStack();
  try {
    const path = resealPath(stack);
    const results = await measureSizes(stack, path, options);
    const growth = growthReport(results);
    const taken = options.memory > 0 ? await measureMemory(path, options.memory, progress) : undefined;
    const memory = taken && memoryReport(taken, options.memory);
    const { cpu, cores, node, at } = before;
    console.log(
      `${at.slice(0, 10)}, ${cpu}, ${cores} cores; Node ${node}; the whole stack and the load generator on it;\n` +
        `${loadSince(before)}; medians of ${options.rounds} rounds\n`,
    );
    console.log([growth.table, ...(memory ? [memory.table] : [])].join('\n\n'));
    if (options.json) console.log(JSON.stringify({ setting: before, results, memory: taken }));
    if (growth.grows || memory?.grows) {
      console.log('\nA figure grows by more than 15 %.');
      process.exitCode = 1;
    }
  } finally {
    await stack.close();
  }
}

async function measureSizes(stack: RunningStack, path: Path, options: Options): Promise<SizeResult[]> {
  const probes = await Probes.open(undefined);
  const filler = await HistoryFiller.open(databaseUrlOf('owner'), await makeTemplate(stack, path));
  const results: SizeResult[] = [];
  try {
    for (const size of options.sizes) {
      await filler.fillUpTo(size, (done) => {
        if (done % 50_000 === 0) progress(`${done.toLocaleString('en')} reissues stored`);
      });
      results.push({ size, rounds: await measureSize(path, probes, options, size) });
    }
  } finally {
    await filler.close();
    await probes.close();
  }
  return results;
}

/** Makes the reissue that is copied, and waits until it has all its rows. */
async function makeTemplate({ db }: RunningStack, path: Path): Promise<Template> {
  const [make] = await path.prepare(1);
  const { workflowId } = await make!();
  await path.historyEvents(workflowId); // waits until the workflow has closed
  await until('all events to be published', async () => {
    const waiting = await db.selectFrom('event').select('stream').where('published_at', 'is', null).execute();
    return waiting.length === 0;
  });
  const row = await db
    .selectFrom('reissue')
    .select(['reissue_id', 'customer_id', 'person_key'])
    .where('state', '=', 'REGISTERED')
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return { reissueId: row.reissue_id, customerId: row.customer_id!, personKey: row.person_key };
}

async function measureSize(path: Path, probes: Probes, options: Options, size: number): Promise<Round[]> {
  const background = await probes.background(backgroundSeconds);
  await measureRound(path, warmUp, probes, background);
  const rounds: Round[] = [];
  for (let round = 1; round <= options.rounds; round += 1)
    for (const concurrency of [1, 16]) {
      const result = await measureRound(path, roundOf(options.count, concurrency), probes, background);
      rounds.push(result);
      progress(
        `${size.toLocaleString('en')} stored, round ${round}: ${concurrency} at once: ${result.perSecond.toFixed(1)} a second`,
      );
    }
  return rounds;
}
