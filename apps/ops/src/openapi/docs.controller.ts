import { docsController } from '#libs/http';
import { Public } from '../access/roles.js';
import { openApiPath } from './openapi-file.js';

/** The API document, and a page that shows it, for whoever can reach the app: it tells nothing of anybody. */
export const DocsController = docsController('Reseal ops', openApiPath);
Public()(DocsController);
