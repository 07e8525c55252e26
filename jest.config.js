// Jest in ES module mode; TypeScript is compiled by swc with the decorator metadata Nest needs.
const common = {
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/property-seed.ts'],
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
};
const project = (displayName, testMatch, more = {}) => ({ ...common, displayName, testMatch, ...more });

export default {
  // Long, because a busy machine may stand still for seconds. Jest reads this option only here, not in a project.
  testTimeout: 90_000,
  projects: [
    project('unit', [
      '<rootDir>/{apps,libs,activities,workflows}/**/*.spec.ts',
      '<rootDir>/deploy/local/**/*.spec.mjs',
    ]),
    project('workflow', ['<rootDir>/test/workflow/**/*.spec.ts']),
    project('replay', ['<rootDir>/test/replay/**/*.spec.ts']),
    project('integration', ['<rootDir>/test/integration/**/*.spec.ts']),
    project('e2e', ['<rootDir>/test/e2e/**/*.spec.ts']),
    project('browser', ['<rootDir>/test/browser/**/*.spec.ts']),
    project('contract', ['<rootDir>/test/contract/**/*.spec.ts']),
    project('chart', ['<rootDir>/test/chart/**/*.spec.ts']),
    project('admission', ['<rootDir>/test/admission/**/*.spec.ts']),
    project('kubernetes', ['<rootDir>/test/kubernetes/**/*.spec.ts']),
    project('faults', ['<rootDir>/test/faults/**/*.spec.ts']),
    project('versions', ['<rootDir>/test/versions/**/*.spec.ts']),
    project('canary', ['<rootDir>/test/canary/**/*.spec.ts']),
    project('image', ['<rootDir>/test/image/**/*.spec.ts']),
    project('cluster', ['<rootDir>/test/cluster/**/*.spec.ts']),
    project('compose', ['<rootDir>/test/compose/**/*.spec.ts']),
  ],
};
