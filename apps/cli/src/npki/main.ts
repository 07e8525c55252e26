import { buffer } from 'node:stream/consumers';
import { runNpki } from './npki.js';

process.exitCode = await runNpki(process.argv.slice(2), {
  input: () => buffer(process.stdin),
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
  now: () => new Date(),
});
