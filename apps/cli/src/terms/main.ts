import { buffer } from 'node:stream/consumers';
import { runTerms } from './terms.js';

process.exitCode = await runTerms(process.argv.slice(2), {
  input: () => buffer(process.stdin),
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
  now: () => new Date(),
});
