import { connectToStack, type RunningStack } from '../support/running-stack.js';
import { openBarePath } from './reissue/bare/path.js';
import { backgroundSeconds, measureRound, roundOf, warmUp, type Round } from './reissue/measure-round.js';
import { readOptions, usage, type Options } from './reissue/options.js';
import type { Path } from './reissue/paths.js';
import { Probes, type Usage } from './reissue/probes.js';
import { profileReissues } from './reissue/profile.js';
import { report } from './reissue/report.js';
import { resealPath } from './reissue/reseal-path.js';
import { progress } from './progress.js';
import { loadSince, setting } from './setting.js';

/** `npm run bench -- reissue`: what a reissue costs, beside Temporal's own price. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options.help) return console.log(usage);
  const before = setting();
  const stack = connectToStack();
  try {
    if (options.profile) return console.log(await profileReissues(resealPath(stack), options.count));
    const paths = await openPaths(stack, options);
    const { rounds, backgrounds } = await measure(paths, options);
    await Promise.all(paths.map((path) => path.close()));
    const { cpu, cores, node, at } = before;
    console.log(
      `${at.slice(0, 10)}, ${cpu}, ${cores} cores; Node ${node}; the whole stack and the load generator on it;\n` +
        `${loadSince(before)}; ${options.rounds} rounds: median (lowest – highest)\n`,
    );
    console.log(report(rounds, backgrounds, options));
    if (options.json) console.log(JSON.stringify({ setting: before, rounds, backgrounds }));
  } finally {
    await stack.close();
  }
}

async function openPaths(stack: RunningStack, { kinds }: Options): Promise<Path[]> {
  const paths: Path[] = [];
  if (kinds.includes('bare')) paths.push(await openBarePath(stack.addresses.temporal.address));
  if (kinds.includes('reseal')) paths.push(resealPath(stack));
  return paths;
}

async function measure(paths: readonly Path[], options: Options) {
  const probes = await Probes.open(paths.find(({ workerPid }) => workerPid)?.workerPid);
  const rounds: Round[] = [];
  const backgrounds: Usage[] = [];
  try {
    let background = await probes.background(backgroundSeconds);
    for (const path of paths) {
      progress(`warm-up: ${path.kind}`);
      await measureRound(path, warmUp, probes, background);
    }
    for (let round = 1; round <= options.rounds; round += 1) {
      background = await probes.background(backgroundSeconds);
      backgrounds.push(background);
      for (const concurrency of options.concurrencies) {
        for (const path of paths) {
          const result = await measureRound(path, roundOf(options.count, concurrency), probes, background);
          rounds.push(result);
          progress(
            `round ${round}: ${path.kind}, ${concurrency} at once: ${result.perSecond.toFixed(1)} a second`,
          );
        }
      }
    }
  } finally {
    await probes.close();
  }
  return { rounds, backgrounds };
}
