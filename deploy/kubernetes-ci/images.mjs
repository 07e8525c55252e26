import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { pauseImage } from './configuration.mjs';

const run = promisify(execFile);

const image = 'localhost/reseal';
/** The release that is installed first. */
const first = `${image}:test`;

/** In place of the gateway's program: it fails as one with a missing module does. */
const brokenGateway = "throw new Error('This release is broken.');\n";

/**
 * Builds the image of deploy/image, and others for upgrades: `next` has the same content, and the gateway of `broken` does
 * not start. All are in one archive (OCI), together with the image that keeps a pod's network.
 * @param {string} folder
 * @param {string} root of the repository
 * @returns {Promise<string>} path of the archive
 */
export async function buildImages(folder, root) {
  fs.mkdirSync(folder, { recursive: true });
  await run(process.execPath, [path.join(root, 'deploy/image/build.mjs'), '--tag', first], {
    maxBuffer: 2 ** 26,
  });
  const gateway = path.join(folder, 'main.js');
  fs.writeFileSync(gateway, brokenGateway);
  await derive(first, `${image}:broken`, [gateway, '/app/dist/apps/gateway/src/main.js']);
  await derive(first, `${image}:next`);
  // Debian's catatonit is a static program.
  await derive('scratch', pauseImage, ['/usr/bin/catatonit', '/pause'], ['--entrypoint', '["/pause", "-P"]']);
  return archiveOf([first, `${image}:next`, `${image}:broken`, pauseImage], folder);
}

/**
 * @param {string} from an image
 * @param {string} to
 * @param {string[]} [file] source and target of a file that it adds
 * @param {string[]} [configuration]
 */
async function derive(from, to, file, configuration = ['--label', `reseal.image=${to}`]) {
  const { stdout } = await run('buildah', ['from', '--pull-never', from]);
  const container = stdout.trim();
  if (file) await run('buildah', ['copy', '--quiet', container, ...file]);
  await run('buildah', ['config', ...configuration, container]);
  await run('buildah', ['commit', '--quiet', '--rm', container, to]);
}

/**
 * @param {string[]} images
 * @param {string} folder
 */
async function archiveOf(images, folder) {
  const layout = path.join(folder, 'layout');
  const archive = path.join(folder, 'images.tar');
  fs.rmSync(layout, { recursive: true, force: true });
  // Layers that images share are stored once.
  for (const each of images)
    await run('buildah', ['push', '--quiet', '--disable-compression', each, `oci:${layout}:${each}`]);
  await run('tar', ['--create', '--file', archive, '--directory', layout, '.']);
  fs.rmSync(layout, { recursive: true });
  return archive;
}
