import { writeFileSync } from 'node:fs';
import { asyncApiText } from './asyncapi-file.js';
import { eventSchemaFiles } from './event-schemas.js';

// Relative to the root of the repository, which is the working directory.
const folder = 'libs/contracts';
const files = {
  'asyncapi.yaml': asyncApiText(),
  ...Object.fromEntries(Object.entries(eventSchemaFiles).map(([name, text]) => [`schemas/${name}`, text])),
};
for (const [name, text] of Object.entries(files)) {
  writeFileSync(`${folder}/${name}`, text);
  process.stdout.write(`written: ${folder}/${name}\n`);
}
