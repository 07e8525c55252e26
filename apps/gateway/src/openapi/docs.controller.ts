import { docsController } from '#libs/http';
import { openApiPath } from './openapi-file.js';

/** The gateway's API document, and a page that shows it. */
export const DocsController = docsController('Reseal gateway', openApiPath);
