import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { describeOps } from './describe-ops.js';
import { openApiPath } from './openapi-file.js';

writeFileSync(openApiPath, `${JSON.stringify(await describeOps(), null, 2)}\n`);
process.stdout.write(`written: ${openApiPath}\n`);
