import { join } from 'node:path';
import { projectRoot } from '#libs/config';
import { docsModule } from '#libs/http';

/** The API document, and a page that shows it and runs its examples (apps/web/reference). */
export const gatewayDocs = docsModule({
  title: 'Reseal gateway',
  document: 'openapi',
  start: join(projectRoot(), 'dist/web/reference/start.js'),
});
