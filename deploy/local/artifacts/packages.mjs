import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { runToLog } from '../lib/commands.mjs';
import { readJson } from '../lib/files.mjs';

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { Settings } from '../types.js' */

const nodeMajor = 24;

/**
 * Installs the npm packages of package-lock.json, unless they are installed.
 * @param {Pick<Settings, 'root' | 'logs'>} settings
 * @param {ProgressReport} report
 * @returns {Promise<string>} path of the Node that runs everything else
 */
export async function providePackages({ root, logs }, report) {
  if (!packagesMatchLockfile(root)) {
    const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
    const install = () =>
      runToLog('npm', args, { what: 'npm ci', cwd: root, log: path.join(logs, 'packages.log') });
    await report.step('npm packages installed', install, 'Installing npm packages');
  }
  return provideNode(root);
}

/**
 * Compares npm's record of installed packages with the lock file. Packages for other platforms may be absent.
 * @param {string} root
 */
function packagesMatchLockfile(root) {
  const wanted = readJson(path.join(root, 'package-lock.json'))?.packages ?? {};
  const installed = readJson(path.join(root, 'node_modules/.package-lock.json'))?.packages;
  if (!installed) return false;
  /** @param {[string, {optional?: boolean}]} entry */
  const missing = ([name, { optional }]) => name !== '' && !optional && !installed[name];
  /** @param {[string, {version?: string}]} entry */
  const changed = ([name, { version }]) => wanted[name]?.version !== version;
  return !Object.entries(wanted).some(missing) && !Object.entries(installed).some(changed);
}

/**
 * Path of the current Node if it is new enough, otherwise of the one in the npm package `node`.
 * @param {string} root
 */
function provideNode(root) {
  if (Number.parseInt(process.versions.node, 10) >= nodeMajor) return process.execPath;
  const folder = path.join(root, 'node_modules/node');
  const binary = path.join(folder, 'bin/node');
  // The package's install script downloads the binary. Install scripts may be disabled.
  if (!fs.existsSync(binary))
    execFileSync(process.execPath, ['installArchSpecificPackage.js'], { cwd: folder, stdio: 'ignore' });
  return binary;
}
