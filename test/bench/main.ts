interface Benchmark {
  /** Measures and prints. @throws UsageError */
  run(args: readonly string[]): Promise<void>;
}

/** The benchmarks of `npm run bench -- <name>`, each with its module. */
const benchmarks: Readonly<Record<string, { about: string; load: () => Promise<Benchmark> }>> = {
  audit: {
    about: 'the cost of the audit trail for a reissue; the time of verification',
    load: () => import('./audit.js'),
  },
  growth: {
    about: 'what a reissue costs, and what stays in memory, while the database grows',
    load: () => import('./growth.js'),
  },
  identity: {
    about: 'answer times for known and unknown people, on a whole stack',
    load: () => import('./identity.js'),
  },
  lists: {
    about: "the operators' lists, searches and counts with a million reissues",
    load: () => import('./lists.js'),
  },
  overload: {
    about: 'three times as many customers as the stack can serve; checks that it stays useful',
    load: () => import('./overload.js'),
  },
  page: {
    about: "the customers' page: size, paint times, reaction, and the time of a whole reissue",
    load: () => import('./page.js'),
  },
  password: {
    about: 'the password step and its hashing; other steps during a flood of wrong passwords',
    load: () => import('./password.js'),
  },
  reissue: {
    about: "what a reissue costs, beside Temporal's own price for the same shape; by process and statement",
    load: () => import('./reissue.js'),
  },
  sign: {
    about: 'signing: raw, sign step, request check, whole cycle, step-ca and cfssl',
    load: () => import('./sign.js'),
  },
  status: {
    about: 'the status app: OCSP and CRL answers, compared with a plain Fastify route',
    load: () => import('./status.js'),
  },
  storm: {
    about: 'reissues while processes are killed and providers fail; checks every result',
    load: () => import('./storm.js'),
  },
};

const [name = '--help', ...args] = process.argv.slice(2);
const benchmark = benchmarks[name];
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
