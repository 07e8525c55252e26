import { join } from 'node:path';
import { projectRoot } from '#libs/config';
import { docsController } from '#libs/http';
import { openApiPath } from './openapi-file.js';

/** The gateway's API document, and a page that shows it and on which its examples run (apps/web/reference). */
export const DocsController = docsController(
  'Reseal gateway',
  openApiPath,
  join(projectRoot(), 'dist/web/reference/start.js'),
);
