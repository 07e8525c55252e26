import { writeOpenApi } from '#libs/http';
import { describeOps } from './describe-ops.js';

writeOpenApi('openapi-ops', await describeOps());
