import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNamespaces } from '../local/lib/namespaces.mjs';
import { buildImages } from './images.mjs';

/** @import { SpawnOptions } from 'node:child_process' */
/** @import { ProgressReport } from '../local/lib/progress-report.mjs' */
/** @import { Settings } from '../local/types.js' */

const controlGroups = '/sys/fs/cgroup';

/**
 * Runs a command beside a node of Kubernetes and the engines, with the images of this repository, in namespaces of their own.
 * @param {Settings} settings
 * @param {ProgressReport} report
 * @param {readonly string[]} command
 * @param {SpawnOptions} options
 * @returns {Promise<number>} the exit code
 */
export async function runOnNode({ state }, report, command, options) {
  const own = path.join(state, 'node');
  const images = await report.step(
    'Images built',
    () => buildImages(path.join(own, 'images')),
    'Building the images: one to three minutes',
  );
  const main = fileURLToPath(new URL('main.mjs', import.meta.url));
  return withControlGroup((cgroup) =>
    runInNamespaces(main, ['--cgroup', cgroup, '--images', images, '--', ...command], {
      ...options,
      env: { ...options.env, RESEAL_STATE: own },
    }),
  );
}

/**
 * Makes a control group for the pods of a node, in each hierarchy, and removes it after the work. The work's processes have
 * ended by then.
 * @template T
 * @param {(name: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withControlGroup(work) {
  const name = `reseal-${crypto.randomUUID()}`;
  for (const hierarchy of hierarchies()) {
    fs.mkdirSync(path.join(hierarchy, name));
    // All pods together would have the share of one process outside.
    if (fs.existsSync(path.join(hierarchy, name, 'cpu.shares')))
      fs.writeFileSync(path.join(hierarchy, name, 'cpu.shares'), '10240');
    // A new group has no processors and no memory nodes.
    for (const file of ['cpuset.cpus', 'cpuset.mems'])
      if (fs.existsSync(path.join(hierarchy, file)))
        fs.writeFileSync(path.join(hierarchy, name, file), fs.readFileSync(path.join(hierarchy, file)));
  }
  try {
    return await work(name);
  } finally {
    for (const hierarchy of hierarchies()) removeGroups(path.join(hierarchy, name));
  }
}

/** The roots of control groups: one in version 2, one for each controller in version 1. */
function hierarchies() {
  if (fs.existsSync(path.join(controlGroups, 'cgroup.procs'))) return [controlGroups];
  return fs
    .readdirSync(controlGroups)
    .map((name) => path.join(controlGroups, name))
    .filter((folder) => fs.existsSync(path.join(folder, 'cgroup.procs')));
}

/**
 * Removes a group and those in it. Their files cannot be removed, and end with them.
 * @param {string} folder
 */
function removeGroups(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroups(path.join(folder, entry.name));
  fs.rmdirSync(folder);
}
