import { writeFileSync } from 'node:fs';
import { asyncApiText } from './asyncapi-file.js';

// From dist/libs/contracts/src and from libs/contracts/src alike the working directory is the repository's root.
const path = 'libs/contracts/asyncapi.yaml';
writeFileSync(path, asyncApiText());
process.stdout.write(`written: ${path}\n`);
