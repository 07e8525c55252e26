import { afterEach, expect, test } from '@jest/globals';
import { isAlive, processIdentityOf, signalGroup, untilEnded } from './process-identity.mjs';
import { SampleProcesses } from './sample-process.mjs';

const processes = new SampleProcesses();
afterEach(() => processes.end());

test('A process keeps its identity while it runs', async () => {
  const { pid, identity } = await processes.start();
  expect(identity).not.toBe('');
  expect(processIdentityOf(pid)).toBe(identity);
});

test('A process that has ended has no identity', async () => {
  expect(processIdentityOf((await processes.ended()).pid)).toBeUndefined();
});

test('A record is alive only while the process with its pid and its start time runs', async () => {
  const record = await processes.start();
  expect(isAlive(record)).toBe(true);
  expect(isAlive({ ...record, identity: 'an earlier process with the same pid' })).toBe(false);
  expect(isAlive(await processes.ended())).toBe(false);
  expect(isAlive(undefined)).toBe(false);
});

test('A signal to a group ends the child and the processes that it started', async () => {
  const { output, pid, identity } = await processes.start(`
    const { spawn } = require('node:child_process');
    console.log(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']).pid);
    setInterval(() => {}, 1e6);`);
  const grandchildPid = Number(output);
  const grandchild = { pid: grandchildPid, identity: processIdentityOf(grandchildPid) ?? '' };
  expect(isAlive(grandchild)).toBe(true);
  signalGroup(pid, 'SIGKILL');
  await expect(untilEnded({ pid, identity }, 60_000)).resolves.toBe(true);
  await expect(untilEnded(grandchild, 60_000)).resolves.toBe(true);
});

test('A signal to a process that has ended is no error', async () => {
  const { pid } = await processes.ended();
  expect(() => signalGroup(pid, 'SIGTERM')).not.toThrow();
});

test('Waiting for the end of a process that still runs gives up after the time', async () => {
  await expect(untilEnded(await processes.start(), 1)).resolves.toBe(false);
});
