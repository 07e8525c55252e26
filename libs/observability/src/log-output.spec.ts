import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from './logger.js';
import { LogOutput } from './log-output.js';

let folder: string;
let fd: number;
let output: LogOutput | undefined;
const openOutput = (maxBytes?: number) => (output = new LogOutput(fd, maxBytes));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reseal-log-'));
  fd = openSync('/dev/full', 'w'); // every write to it fails with ENOSPC
});
afterEach(() => {
  jest.useRealTimers();
  output?.close();
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

/** Lets the descriptor refer to a file with room. */
function makeRoom(): () => string[] {
  const file = join(folder, 'log');
  closeSync(fd);
  expect(openSync(file, 'w')).toBe(fd);
  return () => readFileSync(file, 'utf8').trimEnd().split('\n');
}
const messagesOf = (lines: readonly string[]) =>
  lines.map((line) => (JSON.parse(line) as { msg: string }).msg);

describe('a log whose disk is full', () => {
  it('A log on a full disk throws nothing, and has every line in order once there is room', () => {
    const logger = createLogger({ name: 'test', destination: openOutput() });
    for (const line of ['one', 'two', 'three']) expect(() => logger.info(line)).not.toThrow();
    const lines = makeRoom();
    logger.info('four');
    expect(messagesOf(lines())).toEqual(['one', 'two', 'three', 'four']);
  });

  it('A log on a full disk keeps a limited size of lines, and logs how many it dropped', () => {
    const logger = createLogger({ name: 'test', destination: openOutput(1_000) });
    for (let line = 0; line < 50; line += 1) logger.info(`line ${line}`);
    const lines = makeRoom();
    logger.info('last');
    const written = messagesOf(lines());
    expect(written[0]).toBe('line 0');
    expect(written.slice(-2)).toEqual(['log lines were lost: there was no room for them', 'last']);
    const { lines: lost } = JSON.parse(lines().at(-2)!) as { lines: number };
    expect(lost).toBe(50 - (written.length - 2));
  });

  it('A log writes its waiting lines without a further line', async () => {
    const logger = createLogger({ name: 'test', destination: openOutput() });
    logger.info('waiting');
    const lines = makeRoom();
    while (lines()[0] === '') await delay(20);
    expect(messagesOf(lines())).toEqual(['waiting']);
  });

  it('A closed log writes nothing to another file that gets the number of its descriptor', () => {
    jest.useFakeTimers();
    const logger = createLogger({ name: 'test', destination: openOutput() });
    logger.info('waiting');
    const exitListeners = process.listenerCount('exit');
    output?.close();
    const lines = makeRoom();
    logger.info('late');
    jest.advanceTimersByTime(10_000);
    expect(lines()).toEqual(['']);
    expect(process.listenerCount('exit')).toBe(exitListeners - 1);
  });
});
