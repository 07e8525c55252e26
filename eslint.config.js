import { defineConfig, globalIgnores } from 'eslint/config';
import { builtinModules } from 'node:module';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const nodeBuiltIns = [...builtinModules, ...builtinModules.map((name) => `node:${name}`), 'node:*'];

/** Globals whose answer differs from one run to the next, or that reach out of the process. */
const ambient = ['Buffer', 'crypto', 'fetch', 'performance', 'process', 'queueMicrotask', 'setImmediate'];

/** Temporal replays a workflow from its history, and the domain enters the workflow bundle: both must be pure. */
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

/** What runs in a browser as well has Web APIs only: bytes, not Buffers, and WebCrypto. */
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
  globalIgnores(['dist/', 'dist-tools/', 'coverage/', '.reseal*/', 'node_modules/', '**/generated/']),
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
      // Ports are async so that an adapter may be; a fake of one need not wait for anything.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allow: [{ name: ['URL', 'URLSearchParams'], from: 'lib' }] },
      ],
      // Kysely's expression builder is made to be taken apart.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Constructor parameters are injected by type, which emitDecoratorMetadata takes from a value import.
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
    // What runs on a terminal talks to it.
    files: ['apps/signer/src/ca/**/*.ts', 'libs/db/src/migrate.ts', 'test/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts'],
    rules: {
      // Answers in tests are JSON of unknown shape; the assertions are the check.
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
