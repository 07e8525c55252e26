#!/usr/bin/env node
// Writes libs/client/src/generated from the OpenAPI document: node libs/client/generate.mjs [directory]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createClient } from '@hey-api/openapi-ts';

const here = import.meta.dirname;
const document = path.join(here, '../contracts/openapi.json');
const directory = path.resolve(process.argv[2] ?? path.join(here, 'src/generated'));

/** The table of operations, and what each of them takes and answers. */
function operationsFile({ paths }) {
  const operations = Object.entries(paths).flatMap(([route, item]) =>
    Object.entries(item).map(([method, operation]) => ({ route, method, ...operation })),
  );
  const rows = operations.map(
    ({ operationId, method, route }) =>
      `  ${operationId}: { method: '${method.toUpperCase()}', path: '${route}' },`,
  );
  const types = operations.map(({ operationId }) => {
    const name = operationId[0].toUpperCase() + operationId.slice(1);
    return `  ${operationId}: { data: types.${name}Data; answer: types.${name}Response };`;
  });
  const slugs = new Set(JSON.stringify(paths).match(/(?<="urn:reseal:problem:)[\w-]+(?=")/g));
  return [
    '// Generated from openapi.json by npm run client.',
    "import type * as types from './types.gen.js';",
    '',
    '/** Every operation of the API, by its id in the document. */',
    'export const operations = {',
    ...rows,
    '} as const;',
    '',
    '/** What each operation takes and what it answers. */',
    'export interface Operations {',
    ...types,
    '}',
    '',
    '/** The last part of each problem type that the document names. */',
    'export type ProblemSlug =',
    ...[...slugs].sort().map((slug, at, all) => `  | '${slug}'${at === all.length - 1 ? ';' : ''}`),
    '',
  ].join('\n');
}

await mkdir(directory, { recursive: true });
await createClient({
  input: document,
  output: { path: directory, entryFile: false },
  plugins: ['@hey-api/typescript'],
  logs: { level: 'silent' },
});
await writeFile(
  path.join(directory, 'operations.gen.ts'),
  operationsFile(JSON.parse(await readFile(document, 'utf8'))),
);
