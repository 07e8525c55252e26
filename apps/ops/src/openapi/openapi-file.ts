import { join } from 'node:path';
import { projectRoot } from '#libs/config';

/** The API document as it is committed and served; a contract test keeps it equal to what the controllers say. */
export const openApiPath = join(projectRoot(), 'libs/contracts/openapi-ops.json');
