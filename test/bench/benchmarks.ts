interface Benchmark {
  /** Measures and prints. @throws UsageError */
  run(args: readonly string[]): Promise<void>;
}

/** The benchmarks of `npm run bench -- <name>`, each with its module. */
export const benchmarks: Readonly<Record<string, { about: string; load: () => Promise<Benchmark> }>> = {
  audit: {
    about: 'the cost of the audit trail for a reissue; the time of verification',
    load: () => import('./audit.js'),
  },
  'events-in': {
    about: "how many of the bank's events about customers one worker handles in a second",
    load: () => import('./events-in.js'),
  },
  expiry: {
    about: 'how long it takes to announce the expiry of 100,000 certificates',
    load: () => import('./expiry.js'),
  },
  growth: {
    about: 'what a reissue costs, and what stays in memory, while the database grows',
    load: () => import('./growth.js'),
  },
  identity: {
    about: 'answer times for known and unknown people, on a whole stack',
    load: () => import('./identity.js'),
  },
  import: {
    about: 'how fast customers are imported from a file, and with how much memory; up to a million',
    load: () => import('./import.js'),
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
