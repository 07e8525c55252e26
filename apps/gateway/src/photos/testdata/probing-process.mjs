// Tries what an exploit in a photo would try, and sends the error of each attempt: `null` if it succeeded.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const codeOf = (attempt) => {
  try {
    attempt();
    return null;
  } catch (error) {
    return error.code ?? error.message;
  }
};

process.once('message', ({ files, target }) => {
  process.send({
    reads: files.map((file) => codeOf(() => readFileSync(file))),
    own: codeOf(() => readFileSync(new URL(import.meta.url))),
    write: codeOf(() => writeFileSync(target, 'x')),
    start: codeOf(() => spawnSync('/bin/cat', files)),
    environment: Object.keys(process.env),
  });
});
