/** An environment variable that no application's schema has. */
export interface OtherSetting {
  readonly key: string;
  readonly fallback?: string;
  readonly unit: string;
  readonly meaning: string;
}

/** Variables of the local launcher: `npm start`, `npm run demo`, `npm test`, `npm run bench`. */
export const launcherSettings: readonly OtherSetting[] = [
  {
    key: 'RESEAL_STATE',
    fallback: '.reseal',
    unit: 'directory',
    meaning:
      'State of the stack: keys, CA, databases, logs. Another directory and other ports make a second stack. A cluster has `.reseal-cluster`.',
  },
  {
    key: 'RESEAL_TEST_STATE',
    fallback: '.reseal-test',
    unit: 'directory',
    meaning: 'State of the stack that `npm test` starts.',
  },
  {
    key: 'RESEAL_BENCH_STATE',
    fallback: '.reseal-bench',
    unit: 'directory',
    meaning: 'State of the stack that `npm run bench` starts.',
  },
  {
    key: 'RESEAL_CACHE',
    fallback: '.reseal-cache',
    unit: 'directory',
    meaning: 'Built programs and downloaded jars. It may be shared between stacks, and deleted.',
  },
  {
    key: 'RESEAL_LOG',
    unit: 'console',
    meaning: 'With `console`, the logs of all components are also printed, as with `npm start -- --logs`.',
  },
  {
    key: 'RESEAL_POSTGRES_URL',
    unit: 'URL (postgres)',
    meaning:
      "An administrator's URL of a PostgreSQL 18 that already runs, for this stack alone. Roles and databases are created there.",
  },
  {
    key: 'RESEAL_EXAMPLE_PORT',
    fallback: '3007',
    unit: 'port',
    meaning:
      'Port of the example of a front end (docs/examples/front-end). The gateway lets pages of its origin call the API.',
  },
  {
    key: 'RESEAL_MAVEN_REPOSITORY',
    fallback: 'https://repo1.maven.org/maven2',
    unit: 'URL (https)',
    meaning: 'Mirror of Maven Central from which Kafka and the test server of Temporal are downloaded.',
  },
];

/** Variables that `npm test` and `npm run bench` set for the tests, and those that a developer may set. */
export const testSettings: readonly OtherSetting[] = [
  { key: 'RESEAL_GATEWAY_URL', unit: 'URL (http)', meaning: 'The gateway of the stack under test.' },
  { key: 'RESEAL_SANDBOX_URL', unit: 'URL (http)', meaning: 'The sandbox of the stack under test.' },
  {
    key: 'RESEAL_EXAMPLE_URL',
    unit: 'URL (http)',
    meaning: 'Where the example of a front end is served, for its test.',
  },
  {
    key: 'RESEAL_STACK_CONTROL',
    unit: 'URL (http)',
    meaning: 'Server that stops, kills and starts components of the stack under test.',
  },
  {
    key: 'RESEAL_TEMPORAL_TEST_SERVER',
    unit: 'file',
    meaning: 'Temporal server that skips time, for the workflow tests.',
  },
  {
    key: 'RESEAL_CANARIES',
    unit: 'file',
    meaning: 'Secrets that tests have sent. The canary test searches for them in every store and log.',
  },
  {
    key: 'RESEAL_ZLINT',
    unit: 'file',
    meaning: 'zlint, for the test that checks the output of the CA with linters.',
  },
  { key: 'RESEAL_PKILINT_PYTHON', unit: 'file', meaning: 'Python with pkilint, for the same test.' },
  {
    key: 'RESEAL_OPENAPI_PYTHON',
    unit: 'file',
    meaning: 'Python with openapi-python-client, for the contract test of generated clients.',
  },
  {
    key: 'RESEAL_PODMAN_COMPOSE_PYTHON',
    unit: 'file',
    meaning: 'Python with podman-compose, for the test of deploy/compose.',
  },
  {
    key: 'RESEAL_PYPINKSIGN_PYTHON',
    unit: 'file',
    meaning: 'Python with PyPinkSign, for the test that opens written files with the programs of others.',
  },
  { key: 'RESEAL_BOUNCY_CASTLE', unit: 'class path', meaning: 'Bouncy Castle, for the same test.' },
  { key: 'RESEAL_OASDIFF', unit: 'file', meaning: 'oasdiff, for the test of breaking API changes.' },
  {
    key: 'RESEAL_PROMTOOL',
    unit: 'file',
    meaning: 'promtool, for the tests of alerts and dashboards, instead of Debian’s.',
  },
  { key: 'RESEAL_HELM', unit: 'file', meaning: 'helm, for the tests of the chart.' },
  {
    key: 'RESEAL_KUBE_APISERVER',
    unit: 'file',
    meaning:
      'API server of Kubernetes, for the same tests. It keeps its data in `etcd`, which is on the path.',
  },
  {
    key: 'RESEAL_CUSTOM_RESOURCES',
    unit: 'directory',
    meaning: 'Definitions of the custom resources of operators, for the same tests.',
  },
  { key: 'RESEAL_STEP_CA', unit: 'file', meaning: 'step-ca, for `npm run bench -- sign`.' },
  { key: 'RESEAL_CFSSL', unit: 'file', meaning: 'cfssl, for the same benchmark.' },
  {
    key: 'RESEAL_CHROMIUM',
    fallback: 'chromium-headless-shell on the path',
    unit: 'file',
    meaning: 'Browser of the browser tests.',
  },
  {
    key: 'RESEAL_SCREENSHOTS',
    unit: '1',
    meaning:
      'With `1`, the browser tests save pictures of the screens in `screenshots/` of the state folder.',
  },
  {
    key: 'RESEAL_RECORD',
    unit: '1',
    meaning:
      'With `1`, tests of generated documents and recorded histories write these files instead of comparing them.',
  },
  {
    key: 'RESEAL_WRITE_GOLDEN',
    unit: '1',
    meaning: 'With `1`, the test of reference certificates writes them instead of comparing them.',
  },
  {
    key: 'RESEAL_STORIES',
    unit: 'number',
    meaning: 'Number of random stories in the model test of the steps.',
  },
  {
    key: 'RESEAL_SEED',
    unit: 'number',
    meaning: 'Seed of the inputs of property tests. By default they are the same in each run.',
  },
];
