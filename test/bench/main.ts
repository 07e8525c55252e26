interface Benchmark {
  /** Measures and prints. @throws UsageError */
  run(args: readonly string[]): Promise<void>;
}

/** `npm run bench -- <name>`: what can be measured, and the module that does it. */
const benchmarks: Readonly<Record<string, { about: string; load: () => Promise<Benchmark> }>> = {
  audit: {
    about: 'what the audit trail costs a reissue, beside the same transactions without it; verifying',
    load: () => import('./audit.js'),
  },
  identity: {
    about: 'answer times of people the bank knows and of people it does not, on a whole stack',
    load: () => import('./identity.js'),
  },
  lists: {
    about: "the operators' lists, searches and counts among a million reissues",
    load: () => import('./lists.js'),
  },
  page: {
    about: "the customers' page: weight, paints and reaction, and how long a whole reissue takes in it",
    load: () => import('./page.js'),
  },
  password: {
    about: "the password step and its hashing; others' steps beside a flood of wrong passwords",
    load: () => import('./password.js'),
  },
  sign: {
    about: 'signing: raw, sign step, request check, whole cycle, step-ca and cfssl',
    load: () => import('./sign.js'),
  },
  status: {
    about: 'the status app: OCSP and CRL answers, beside a plain Fastify route',
    load: () => import('./status.js'),
  },
  storm: {
    about: 'reissues while processes are killed and providers fail, and whether all that was told is so',
    load: () => import('./storm.js'),
  },
};

const [name = '--help', ...args] = process.argv.slice(2);
const benchmark = benchmarks[name];
// What it started ends with it, however it ends.
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
