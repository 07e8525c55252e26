import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { endCommands, runInForeground } from './commands.mjs';

/** @param {() => boolean} condition */
async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

it('An ended command leaves no process behind that it started', async () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'reseal-commands-')), 'pid');
  const script = `sleep 600 & echo $! > ${file}.new; mv ${file}.new ${file}; wait`;
  const code = runInForeground('sh', ['-c', script]);
  await until(() => fs.existsSync(file));
  endCommands();
  expect(await code).toBe(128 + os.constants.signals.SIGTERM);
  const status = `/proc/${fs.readFileSync(file, 'utf8').trim()}/stat`;
  // An orphan whose new parent does not wait for it remains a zombie.
  await until(() => !fs.existsSync(status) || fs.readFileSync(status, 'utf8').includes(') Z '));
});
