import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { appImage, buildAppImage, deriveImage } from '../image/images.mjs';
import { pauseImage } from './configuration.mjs';

const run = promisify(execFile);

const next = 'localhost/reseal:next';
const broken = 'localhost/reseal:broken';

/** In place of the gateway's program: it fails as one with a missing module does. */
const brokenGateway = "throw new Error('This release is broken.');\n";

/**
 * Builds the image of deploy/image, and others for upgrades: `next` has the same content, and the gateway of `broken` does
 * not start. All are in one archive (OCI), together with the image that keeps a pod's network.
 * @param {string} folder
 * @returns {Promise<string>} path of the archive
 */
export async function buildImages(folder) {
  fs.mkdirSync(folder, { recursive: true });
  await buildAppImage();
  const gateway = path.join(folder, 'main.js');
  fs.writeFileSync(gateway, brokenGateway);
  await deriveImage(appImage, broken, {
    files: [[gateway, '/app/dist/apps/gateway/src/main.js']],
    configuration: ['--label', `reseal.image=${broken}`],
  });
  await deriveImage(appImage, next, { configuration: ['--label', `reseal.image=${next}`] });
  // Debian's catatonit is a static program.
  await deriveImage('scratch', pauseImage, {
    files: [['/usr/bin/catatonit', '/pause']],
    configuration: ['--entrypoint', '["/pause", "-P"]'],
  });
  return archiveOf([appImage, next, broken, pauseImage], folder);
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
