import { writeFileSync } from 'node:fs';
import { asyncApiText } from './asyncapi-file.js';

// Relative to the root of the repository, which is the working directory.
const path = 'libs/contracts/asyncapi.yaml';
writeFileSync(path, asyncApiText());
process.stdout.write(`written: ${path}\n`);
