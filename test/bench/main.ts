import { benchmarks } from './benchmarks.js';

const [name = '--help', ...args] = process.argv.slice(2);
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
// The exit handlers end the processes that a benchmark started.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

if (benchmark) {
  try {
    await (await benchmark.load()).run(args);
  } catch (error) {
    console.error(error instanceof Error && error.name === 'UsageError' ? error.message : error);
    process.exitCode = 1;
  }
} else {
  const lines = Object.entries(benchmarks).map(([key, { about }]) => `  ${key.padEnd(10)} ${about}`);
  console.log(`npm run bench -- <name> [options]\n\n${lines.join('\n')}\n\nnpm run bench -- <name> --help`);
  process.exitCode = name === '--help' ? 0 : 2;
}
