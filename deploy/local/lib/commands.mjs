import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lastLines } from './files.mjs';

const running = new Set();

/** Ends the one-off commands that still run, so that an interrupted launcher leaves none behind. */
export const endCommands = () => running.forEach((child) => child.kill('SIGTERM'));

/**
 * Runs a command to its end, its output in a log file.
 * @param {{log: string, what?: string, env?: object, cwd?: string, uid?: number, gid?: number}} options
 * @throws {Error} with the log's last lines when it does not exit with 0
 */
export function runToLog(command, args, { log, what = path.basename(command), ...options }) {
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const output = fs.openSync(log, 'a');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', output, output] });
    running.add(child);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (code === 0) return resolve();
      const how = signal ?? `exit code ${code}`;
      reject(new Error(`${what} failed (${how}); its log ${log} ends:\n${lastLines(log)}`));
    });
  }).finally(() => fs.closeSync(output));
}

/** Runs a command to its end on our own terminal. @returns {Promise<number>} its exit code */
export function runInForeground(command, args, options = {}) {
  return run(command, args, { stdio: 'inherit', ...options });
}

/**
 * Runs a command to its end with what others leave of the machine; what it would say on our terminal goes to a file.
 * @returns {Promise<number>} its exit code
 */
export async function runAside(command, args, { log, stdio = ['ignore', 'inherit', 'inherit'], ...options }) {
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const output = fs.openSync(log, 'w');
  const redirected = stdio.map((stream) => (stream === 'inherit' ? output : stream));
  try {
    return await run(command, args, { ...options, stdio: redirected, priority: 19 });
  } finally {
    fs.closeSync(output);
  }
}

function run(command, args, { priority = 0, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    running.add(child);
    child.once('error', reject);
    child.once('exit', (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
    if (priority !== 0 && child.pid !== undefined) os.setPriority(child.pid, priority);
  });
}
