import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fs from 'node:fs';
import path from 'node:path';
import { Child } from './child.mjs';
import { isAlive, processIdentityOf } from './process-identity.mjs';
import { endless, temporarySettings } from './sample-process.mjs';
import { until } from './wait.mjs';

/** @type {ReturnType<typeof temporarySettings>} */
let folder;
/** @type {Child} */
let child;
beforeEach(() => {
  folder = temporarySettings();
});
afterEach(async () => {
  await child.kill();
  folder.remove();
});

const logText = () => fs.readFileSync(path.join(folder.settings.logs, 'sample.log'), 'utf8');
const recordFile = () => path.join(folder.settings.run, 'sample.json');

/**
 * A child that runs a script in Node. It is ready when the script has printed a line that no earlier start printed.
 * @param {string} script
 * @param {Partial<import('../types.js').ChildSpec>} [spec]
 */
function childOf(script, spec = {}) {
  let printed = 0;
  const isReady = async () => {
    const lines = logText().split('\n').length;
    if (lines <= printed + 1) throw new Error('nothing is printed yet');
    printed = lines - 1;
  };
  const report = { done: () => {}, failed: () => {} };
  const { settings } = folder;
  const whole = {
    name: 'sample',
    title: 'The sample',
    command: process.execPath,
    args: ['-e', script],
    env: {},
  };
  return new Child({ ...whole, isReady, ...spec }, { settings, report });
}

test('A child is ready when its check succeeds, and is recorded on disk', async () => {
  child = childOf(endless);
  await child.start();
  expect(child.state).toBe('ready');
  const record = JSON.parse(fs.readFileSync(recordFile(), 'utf8'));
  expect(record).toEqual({
    name: 'sample',
    pid: child.pid,
    identity: processIdentityOf(child.pid ?? 0),
    stopSignal: 'SIGTERM',
  });
  expect(isAlive(record)).toBe(true);
});

test('A child that ends before it is ready rejects its start with the end of its log', async () => {
  child = childOf('console.error("no configuration"); process.exit(3);', {
    isReady: () => Promise.reject(new Error('not yet')),
  });
  await expect(child.start()).rejects.toThrow(
    /^The sample ended \(exit code 3\) before it was ready; its log ends:\nno configuration$/,
  );
  expect(child.state).toBe('stopped');
});

test('A child that crashes starts again', async () => {
  child = childOf(endless);
  await child.start();
  const first = child.pid ?? 0;
  process.kill(first, 'SIGKILL');
  await until(
    async () => {
      if (child.state !== 'ready' || child.pid === first) throw new Error('not yet');
    },
    { what: 'The second process' },
  );
  expect(processIdentityOf(first)).toBeUndefined();
});

test('A child that was stopped has ended and has no record', async () => {
  child = childOf(endless);
  await child.start();
  const pid = child.pid ?? 0;
  await child.stop();
  expect(child.state).toBe('stopped');
  expect(processIdentityOf(pid)).toBeUndefined();
  expect(fs.existsSync(recordFile())).toBe(false);
});

test('A child that ignores its stop signal is killed after its grace time', async () => {
  child = childOf(`process.on('SIGTERM', () => console.log('ignored')); ${endless}`, { graceMs: 5_000 });
  await child.start();
  const pid = child.pid ?? 0;
  await child.stop();
  expect(logText()).toContain('ignored');
  expect(processIdentityOf(pid)).toBeUndefined();
});

test('Changed environment variables hold until the next start', async () => {
  child = childOf(`console.log('SAMPLE=' + process.env.SAMPLE); ${endless}`, { env: { SAMPLE: 'own' } });
  await child.start({ env: { SAMPLE: 'changed' } });
  await child.kill();
  await child.start();
  expect(logText().match(/SAMPLE=\w+/g)).toEqual(['SAMPLE=changed', 'SAMPLE=own']);
});
