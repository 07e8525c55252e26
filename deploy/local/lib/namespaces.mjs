import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { runInForeground } from './commands.mjs';

/** @import { SpawnOptions } from 'node:child_process' */

const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/**
 * Runs a script with a network, mounts and process ids of its own: what it changes ends with it, and nothing that it sends
 * leaves this machine. catatonit is its init, which collects the processes that containers leave.
 * @param {string} script
 * @param {readonly string[]} args
 * @param {SpawnOptions} options
 * @returns {Promise<number>} the exit code
 */
export const runInNamespaces = (script, args, options) =>
  // kafkajs sets a timeout in the past.
  runInForeground(
    'unshare',
    [
      ...namespaces,
      'catatonit',
      '--',
      process.execPath,
      '--disable-warning=TimeoutNegativeWarning',
      script,
      ...args,
    ],
    options,
  );

/**
 * Gives this process empty folders in place of the machine's, in which programs write whatever their settings say.
 * @param {readonly string[]} folders
 */
export function usePrivateFolders(folders) {
  for (const folder of folders) {
    fs.mkdirSync(folder, { recursive: true });
    system('mount', '-t', 'tmpfs', 'tmpfs', folder);
  }
}

/**
 * Runs a command of the system.
 * @param {string} command
 * @param {string[]} args
 */
export function system(command, ...args) {
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}
