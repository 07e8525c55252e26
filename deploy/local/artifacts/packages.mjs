import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { runToLog } from '../lib/commands.mjs';
import { readJson } from '../lib/files.mjs';

const nodeMajor = 24;

/**
 * Installs the npm packages where they are not those of package-lock.json.
 * @returns {Promise<string>} the Node to run everything with
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

/** Compares what npm says it installed with what the lockfile wants; packages for other platforms may be absent. */
function packagesMatchLockfile(root) {
  const wanted = readJson(path.join(root, 'package-lock.json'))?.packages ?? {};
  const installed = readJson(path.join(root, 'node_modules/.package-lock.json'))?.packages;
  if (!installed) return false;
  const missing = ([name, { optional }]) => name !== '' && !optional && !installed[name];
  const changed = ([name, { version }]) => wanted[name]?.version !== version;
  return !Object.entries(wanted).some(missing) && !Object.entries(installed).some(changed);
}

/** This very Node where it is new enough, otherwise the one the npm package `node` carries. */
function provideNode(root) {
  if (Number.parseInt(process.versions.node, 10) >= nodeMajor) return process.execPath;
  const folder = path.join(root, 'node_modules/node');
  const binary = path.join(folder, 'bin/node');
  // Its install script fetches the binary; npm may have been told to run no scripts.
  if (!fs.existsSync(binary))
    execFileSync(process.execPath, ['installArchSpecificPackage.js'], { cwd: folder, stdio: 'ignore' });
  return binary;
}
