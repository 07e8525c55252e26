import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fs from 'node:fs';
import path from 'node:path';
import { Refusal } from './errors.mjs';
import { claimState, endLeftovers, publishAddresses, releaseState, runningStack } from './instance.mjs';
import { isAlive } from './process-identity.mjs';
import { SampleProcesses, temporarySettings } from './sample-process.mjs';

const processes = new SampleProcesses();
/** @type {ReturnType<typeof temporarySettings>} */
let folder;
beforeEach(() => {
  folder = temporarySettings();
});
afterEach(() => {
  processes.end();
  folder.remove();
});

/**
 * @param {string} name
 * @param {object} record
 */
const writeRecord = (name, record) =>
  fs.writeFileSync(path.join(folder.settings.run, `${name}.json`), JSON.stringify({ name, ...record }));

test('A state folder that a running launcher has claimed cannot be claimed', async () => {
  const { pid, identity } = await processes.start();
  writeRecord('launcher', { pid, identity });
  const claim = claimState(folder.settings);
  await expect(claim).rejects.toThrow(Refusal);
  await expect(claim).rejects.toThrow(`process ${pid}`);
});

test('The launcher after a killed one claims the state folder and ends its processes', async () => {
  writeRecord('launcher', await processes.ended());
  const { pid, identity } = await processes.start();
  writeRecord('gateway', { pid, identity });
  writeRecord('worker', await processes.ended());
  await expect(claimState(folder.settings)).resolves.toEqual(['gateway']);
  expect(isAlive({ pid, identity })).toBe(false);
  expect(fs.readdirSync(folder.settings.run)).toEqual(['launcher.json']);
});

test('A process of another program that has the pid of a recorded one is not ended', async () => {
  const { pid, identity } = await processes.start();
  writeRecord('gateway', { pid, identity: 'an earlier process with the same pid' });
  await expect(endLeftovers(folder.settings)).resolves.toEqual([]);
  expect(isAlive({ pid, identity })).toBe(true);
});

test('PostgreSQL ends after all other processes', async () => {
  const order = path.join(folder.settings.state, 'order');
  /** @param {string} name */
  const startRecorded = async (name) => {
    const { pid, identity } = await processes.start(`
      process.on('SIGTERM', () => {
        require('node:fs').appendFileSync(${JSON.stringify(order)}, '${name} ');
        process.exit();
      });
      setInterval(() => {}, 1e6);
      console.log('running');`);
    writeRecord(name, { pid, identity });
  };
  for (const name of ['postgres', 'temporal', 'gateway']) await startRecorded(name);
  await endLeftovers(folder.settings);
  const ended = fs.readFileSync(order, 'utf8').trim().split(' ');
  expect(ended).toHaveLength(3);
  expect(ended.at(-1)).toBe('postgres');
});

test('A stack is running from the publication of its addresses to the release of its state folder', async () => {
  const { settings } = folder;
  await claimState(settings);
  expect(runningStack(settings)).toBeUndefined();
  publishAddresses(settings, { environment: { RESEAL_GATEWAY_URL: 'http://127.0.0.1:3000' } });
  expect(runningStack(settings)?.environment).toEqual({ RESEAL_GATEWAY_URL: 'http://127.0.0.1:3000' });
  releaseState(settings);
  expect(runningStack(settings)).toBeUndefined();
});

test('The addresses of a launcher that was killed are not those of a running stack', async () => {
  publishAddresses(folder.settings, { environment: {} });
  writeRecord('launcher', await processes.ended());
  expect(runningStack(folder.settings)).toBeUndefined();
});
