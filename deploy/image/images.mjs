import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The image of the apps that tests build. */
export const appImage = 'localhost/reseal:test';

/** Builds it without a registry of images. */
export async function buildAppImage() {
  const script = fileURLToPath(new URL('build.mjs', import.meta.url));
  await run(process.execPath, [script, '--tag', appImage], { maxBuffer: 2 ** 26 });
}

/**
 * Makes an image from another one.
 * @param {string} from an image, or `scratch`
 * @param {string} to
 * @param {{files?: readonly (readonly [string, string])[], configuration?: readonly string[]}} changes files of this machine
 *   with their places in the image, and arguments of `buildah config`
 */
export async function deriveImage(from, to, { files = [], configuration = [] }) {
  const { stdout } = await run('buildah', ['from', '--pull-never', from]);
  const container = stdout.trim();
  for (const [source, target] of files) await run('buildah', ['copy', '--quiet', container, source, target]);
  await run('buildah', ['config', ...configuration, container]);
  await run('buildah', ['commit', '--quiet', '--rm', container, to]);
}
