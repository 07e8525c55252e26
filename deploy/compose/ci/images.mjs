import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildAppImage, deriveImage } from '../../image/images.mjs';
import { fileOf } from '../../local/artifacts/debian-packages.mjs';

const run = promisify(execFile);

/**
 * Builds the image of deploy/image, and one of this machine's HAProxy with the libraries that it needs, because no registry
 * of images may be in reach.
 */
export async function buildImages() {
  await buildAppImage();
  const haproxy = fileOf('haproxy') ?? 'haproxy';
  const { stdout: libraries } = await run('ldd', [haproxy]);
  const files = [haproxy, ...(libraries.match(/\/\S+/g) ?? [])];
  const command = [haproxy, '-f', '/usr/local/etc/haproxy/haproxy.cfg'];
  await deriveImage('scratch', 'localhost/haproxy:test', {
    files: files.map((file) => [file, file]),
    configuration: ['--entrypoint', JSON.stringify(command)],
  });
}
