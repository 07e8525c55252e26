import { defineConfig, globalIgnores } from 'eslint/config';
import { builtinModules } from 'node:module';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const nodeBuiltIns = [...builtinModules, ...builtinModules.map((name) => `node:${name}`), 'node:*'];

/** Globals that return another value in each run, or that reach outside the process. */
const ambient = ['Buffer', 'crypto', 'fetch', 'performance', 'process', 'queueMicrotask', 'setImmediate'];

/** Workflow code must be pure, because Temporal replays it. The workflow bundle contains libs/domain. */
const pure = {
  'no-restricted-imports': [
    'error',
    {
      paths: nodeBuiltIns.map((name) => ({ name, message: 'This code is replayed: no Node built-ins.' })),
      patterns: [
        {
          group: ['zod', 'zod/*', 'kysely', 'pg', 'kafkajs', 'pino', 'jose', '@nestjs/*'],
          message: 'Not in the bundle.',
        },
        {
          group: ['@temporalio/*', '!@temporalio/workflow', '!@temporalio/common'],
          message: 'Workflow code has @temporalio/workflow and @temporalio/common only.',
        },
      ],
    },
  ],
  'no-restricted-globals': ['error', ...ambient.map((name) => ({ name, message: 'This code is replayed.' }))],
};

/** Code that also runs in a browser uses Web APIs only: bytes instead of Buffers, and WebCrypto. */
const browserToo = {
  'no-restricted-imports': [
    'error',
    { paths: nodeBuiltIns.map((name) => ({ name, message: 'This code runs in a browser, too.' })) },
  ],
  'no-restricted-globals': [
    'error',
    ...['Buffer', 'process', 'global', 'setImmediate', 'require'].map((name) => ({
      name,
      message: 'This code runs in a browser, too.',
    })),
  ],
};

export default defineConfig(
  globalIgnores([
    ...['dist/', 'dist-tools/', 'coverage/', '.reseal*/', 'node_modules/', '**/generated/'],
    // It imports the client from its package: a contract test builds it.
    'docs/examples/front-end/',
  ]),
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './apps/web/tsconfig.json', './deploy/local/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Nest modules are empty classes with a decorator.
      '@typescript-eslint/no-extraneous-class': 'off',
      // Ports are async for adapters that need it; a fake may have nothing to await.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allow: [{ name: ['URL', 'URLSearchParams'], from: 'lib' }] },
      ],
      // Kysely's expression builder is made to be destructured.
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "CallExpression[callee.property.name=/^executeTakeFirst/]:has([property.name='orderBy']):not(:has([property.name='limit']))",
          message: 'This reads all rows, and returns the first. Add limit(1).',
        },
      ],
    },
  },
  {
    // Nest injects constructor parameters by type. emitDecoratorMetadata needs value imports of these types.
    files: ['apps/**/*.ts', 'libs/http/**/*.ts', 'libs/temporal/**/*.ts', 'libs/observability/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  { files: ['workflows/**/*.ts', 'libs/domain/**/*.ts'], ignores: ['**/*.spec.ts'], rules: pure },
  { files: ['libs/der/**/*.ts', 'libs/npki/**/*.ts'], ignores: ['**/*.spec.ts'], rules: browserToo },
  {
    files: ['libs/audit-proofs/**/*.ts', 'libs/client/src/**/*.ts', 'apps/web/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts', '**/testing/**', 'apps/web/*.config.ts'],
    rules: browserToo,
  },
  {
    // The rules of hooks, and what the React compiler asks of a component while it renders.
    files: ['apps/web/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts'],
    extends: [reactHooks.configs.flat.recommended],
    rules: { 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    // Commands print to the terminal.
    files: ['apps/signer/src/ca/**/*.ts', 'libs/db/src/migrate.ts', 'test/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts'],
    rules: {
      // Answers in tests are JSON of unknown type; the assertions check it.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-undef': 'off',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
);
