#!/usr/bin/env node
// Writes the TypeScript types of both APIs from their OpenAPI documents: node libs/client/generate.mjs [root]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createClient } from '@hey-api/openapi-ts';

const repository = path.join(import.meta.dirname, '../..');
/** The generated folders are written below this directory; the contract test passes a temporary one. */
const root = path.resolve(process.argv[2] ?? repository);

const apis = [
  { document: 'libs/contracts/openapi.json', folder: 'libs/client/src/generated' },
  { document: 'libs/contracts/openapi-ops.json', folder: 'apps/web/ops/api/generated' },
];

/** The table of endpoints, and the types of each endpoint's request and response. */
function endpointsFile({ paths }, document, types) {
  const endpoints = Object.entries(paths).flatMap(([route, item]) =>
    Object.entries(item).map(([method, endpoint]) => ({ route, method, ...endpoint })),
  );
  const rows = endpoints.map(
    ({ operationId, method, route }) =>
      `  ${operationId}: { method: '${method.toUpperCase()}', path: '${route}' },`,
  );
  const rowTypes = endpoints.map(({ operationId }) => {
    const name = operationId[0].toUpperCase() + operationId.slice(1);
    // Files and event streams have no schema, and so no type.
    const answer = types.includes(`export type ${name}Response =`) ? `types.${name}Response` : 'unknown';
    return `  ${operationId}: { data: types.${name}Data; answer: ${answer} };`;
  });
  const slugs = new Set(JSON.stringify(paths).match(/(?<="urn:reseal:problem:)[\w-]+(?=")/g));
  const problemSlugs =
    slugs.size === 0
      ? []
      : [
          '/** The last part of each problem type that the document names. */',
          'export type ProblemSlug =',
          ...[...slugs].sort().map((slug, at, all) => `  | '${slug}'${at === all.length - 1 ? ';' : ''}`),
          '',
        ];
  return [
    `// Generated from ${path.basename(document)} by npm run client.`,
    "import type * as types from './types.gen.js';",
    '',
    '/** Every endpoint of the API, by its operationId in the document. */',
    'export const endpoints = {',
    ...rows,
    '} as const;',
    '',
    '/** The request and the response of each endpoint. */',
    'export interface Endpoints {',
    ...rowTypes,
    '}',
    '',
    ...problemSlugs,
  ].join('\n');
}

for (const { document, folder } of apis) {
  const input = path.join(repository, document);
  const directory = path.join(root, folder);
  await mkdir(directory, { recursive: true });
  await createClient({
    input,
    output: { path: directory, entryFile: false },
    plugins: ['@hey-api/typescript'],
    logs: { level: 'silent' },
  });
  const types = await readFile(path.join(directory, 'types.gen.ts'), 'utf8');
  const endpoints = endpointsFile(JSON.parse(await readFile(input, 'utf8')), document, types);
  await writeFile(path.join(directory, 'endpoints.gen.ts'), endpoints);
}
