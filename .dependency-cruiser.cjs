/**
 * Dependencies point one way: apps → workflows, activities → libs → libs/domain.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files that import each other at run time have no defined load order.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-cycles-between-parts',
      comment: 'Libs may import other libs, but not in a circle.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^libs/[^/]+/src$' },
      to: { circular: true },
    },
    {
      name: 'domain-stands-alone',
      comment: 'The workflow bundle contains the domain, so it imports only itself.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/domain/' },
    },
    {
      name: 'npki-runs-in-a-browser',
      comment: 'Front ends use these files too: no Node built-ins, and no code of the server.',
      severity: 'error',
      from: { path: '^libs/npki/', pathNot: '\\.spec\\.ts$' },
      to: {
        pathNot: '^(libs/npki/|libs/der/src/index\\.ts$|node_modules/(@noble/hashes|fflate|node-forge)/)',
      },
    },
    {
      name: 'der-stands-alone',
      comment: 'The server and browsers read and write DER with the same code: no imports.',
      severity: 'error',
      from: { path: '^libs/der/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/der/' },
    },
    {
      name: 'client-runs-in-a-browser',
      comment: 'Front ends build the client in: no Node built-ins, no Nest, and no code of the server.',
      severity: 'error',
      from: { path: '^libs/client/', pathNot: '\\.spec\\.ts$|(generate|pack)\\.mjs$' },
      to: { pathNot: '^(libs/client/|libs/der/src/index\\.ts$|node_modules/jose/)' },
    },
    {
      name: 'libs-below',
      comment: 'Libs do not import apps, workflows, activities or tests.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|workflows|activities|test)/' },
    },
    {
      name: 'workflows-import-domain-and-types',
      comment: 'Workflows import the domain, and only types of activities and other libs.',
      severity: 'error',
      from: { path: '^workflows/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(apps|activities|libs/(?!domain/))', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'activities-below-workflows',
      comment: 'Workflows call activities. Activities do not import workflows or apps.',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: '^(apps|workflows|test)/' },
    },
    {
      name: 'apps-apart',
      comment: 'Apps share code through libs only.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'kafka-behind-events',
      comment: 'Only libs/events imports the Kafka client, so that it can be replaced.',
      severity: 'error',
      from: { pathNot: '^(libs/events|test|deploy)/' },
      to: { path: 'node_modules/kafkajs/' },
    },
    {
      name: 'opentelemetry-behind-tracing',
      comment: 'Only one file imports OpenTelemetry, so that nothing of it is loaded while tracing is off.',
      severity: 'error',
      from: { pathNot: '^libs/observability/src/export-spans\\.ts$|node_modules/' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'spans-exported-on-demand',
      comment: 'That file is loaded only while tracing is on.',
      severity: 'error',
      from: {},
      to: { path: '^libs/observability/src/export-spans\\.ts$', dynamic: false },
    },
    {
      name: 'tests-stay-outside',
      comment: 'Product code imports no test and no test helper.',
      severity: 'error',
      from: { pathNot: '(^test/|\\.spec\\.ts$|/testing/)' },
      to: { path: '(^test/|\\.spec\\.ts$|/testing/)' },
    },
    {
      name: 'through-the-front-door',
      comment:
        'A lib is used through its index, so that its files can change. libs/db has an index for each context. Specs may use the test helpers of other libs.',
      severity: 'error',
      from: { path: '^(apps|workflows|activities|libs/[^/]+)/' },
      to: {
        path: '^libs/([^/]+)/src/(?!index\\.ts$)',
        pathNot: '^($1/|libs/db/src/[^/]+/index\\.ts$|libs/[^/]+/src/testing/)',
      },
    },
    {
      name: 'dependencies-declared',
      comment:
        'A package that a deployed app imports is in `dependencies`. Packages of apps/web are built into its files.',
      severity: 'error',
      from: {
        path: '^(apps|libs|workflows|activities)/',
        pathNot: '(\\.spec\\.ts$|/testing/|^apps/(web|sandbox)/|/generate\\.mjs$)',
      },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'npm-optional'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'sandbox-dependencies-declared',
      comment:
        'The sandbox never runs in production. These packages are for it alone, so they are development dependencies.',
      severity: 'error',
      from: { path: '^apps/sandbox/', pathNot: '(\\.spec\\.ts$|/testing/)' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'npm-optional'],
        dependencyTypesNot: ['type-only'],
        pathNot: '^node_modules/(mailparser|oidc-provider|smtp-server)/',
      },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      mainFields: ['main', 'types'],
    },
  },
};
