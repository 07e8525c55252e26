import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNamespaces } from '../../local/lib/namespaces.mjs';
import { buildImages } from './images.mjs';

/** @import { SpawnOptions } from 'node:child_process' */
/** @import { ProgressReport } from '../../local/lib/progress-report.mjs' */
/** @import { Settings } from '../../local/types.js' */

/**
 * Runs a command beside the engines, with the images that compose.yaml names, in namespaces of their own.
 * @param {Settings} settings
 * @param {ProgressReport} report
 * @param {readonly string[]} command
 * @param {SpawnOptions} options
 * @returns {Promise<number>} the exit code
 */
export async function runBesideEngines({ state }, report, command, options) {
  await report.step('Images built', buildImages, 'Building the images: one to three minutes');
  const main = fileURLToPath(new URL('main.mjs', import.meta.url));
  return runInNamespaces(main, command, {
    ...options,
    env: { ...options.env, RESEAL_STATE: path.join(state, 'compose') },
  });
}
