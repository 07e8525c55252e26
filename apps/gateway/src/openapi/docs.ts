import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/config';
import { eventSchemaFiles } from '#libs/contracts';
import { docsModule, openApiPath } from '#libs/http';
import { problemsPage, type ProblemSource } from './problems-page.js';

const openApi = () => JSON.parse(readFileSync(openApiPath('openapi'), 'utf8')) as ProblemSource;
const asyncApi = () => readFileSync(join(projectRoot(), 'libs/contracts/asyncapi.yaml'), 'utf8');

/**
 * The API document, a page that shows it and runs its examples (apps/web/reference), the page of all problems, and the
 * documents of the events.
 */
export const gatewayDocs = docsModule({
  title: 'Reseal gateway',
  document: 'openapi',
  start: join(projectRoot(), 'dist/web/reference/start.js'),
  files: {
    problems: { type: 'text/html', content: () => problemsPage(openApi()) },
    'asyncapi.yaml': { type: 'application/yaml', content: asyncApi },
    ...Object.fromEntries(
      Object.entries(eventSchemaFiles).map(([name, text]) => [
        name,
        { type: 'application/schema+json', content: () => text },
      ]),
    ),
  },
});
