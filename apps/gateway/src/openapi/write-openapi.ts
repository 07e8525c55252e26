import { writeFileSync } from 'node:fs';
import { openApiPath } from './openapi-file.js';
import { describeGateway } from './describe-gateway.js';

writeFileSync(openApiPath, `${JSON.stringify(await describeGateway(), null, 2)}\n`);
process.stdout.write(`written: ${openApiPath}\n`);
