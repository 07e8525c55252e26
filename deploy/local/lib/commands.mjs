import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lastLines } from './files.mjs';
import { signalGroup } from './process-identity.mjs';

/** @import { ChildProcess, SpawnOptions } from 'node:child_process' */
/** @import { LogOptions } from '../types.js' */

/** @type {Set<ChildProcess>} */
const running = new Set();

/** Ends the one-off commands that still run, so that an interrupted launcher leaves none behind. */
export const endCommands = () => running.forEach(end);

/**
 * Ends a command with the processes that it started: npm and unshare do not pass a signal on.
 * @param {ChildProcess} child the leader of its process group
 */
function end({ pid }) {
  if (pid !== undefined) signalGroup(pid, 'SIGTERM');
}

/**
 * Runs a command to its end and writes its output to a log file.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {LogOptions & {what?: string, priority?: number}} options `what` names the command in the error
 * @returns {Promise<void>}
 * @throws {Error} with the last lines of the log if the exit code is not 0
 */
export function runToLog(command, args, { log, what = path.basename(command), priority = 0, ...options }) {
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const output = fs.openSync(log, 'a');
  /** @type {Promise<void>} */
  const ended = new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', output, output], detached: true });
    running.add(child);
    setPriority(child, priority);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (code === 0) return resolve();
      const how = signal ?? `exit code ${code}`;
      reject(new Error(`${what} failed (${how}); its log ${log} ends:\n${lastLines(log)}`));
    });
  });
  return ended.finally(() => fs.closeSync(output));
}

/**
 * Runs a command to its end on the terminal of this process.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {SpawnOptions & {priority?: number}} [options]
 * @returns {Promise<number>} its exit code, or 128 and the number of the signal that ended it, as shells report it
 */
export function runInForeground(command, args, { priority = 0, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options, detached: true });
    running.add(child);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve(code ?? (signal ? 128 + os.constants.signals[signal] : 1));
    });
    setPriority(child, priority);
  });
}

/**
 * @param {ChildProcess} child
 * @param {number} priority from -20, the highest, to 19
 */
function setPriority({ pid }, priority) {
  if (priority !== 0 && pid !== undefined) os.setPriority(pid, priority);
}
