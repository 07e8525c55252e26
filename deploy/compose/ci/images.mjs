import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileOf } from '../../local/artifacts/debian-packages.mjs';

const run = promisify(execFile);

/**
 * Builds the image of deploy/image, and one of this machine's HAProxy with the libraries that it needs, because no registry
 * of images may be in reach.
 * @param {string} root of the repository
 */
export async function buildImages(root) {
  const build = [path.join(root, 'deploy/image/build.mjs'), '--tag', 'localhost/reseal:test'];
  await run(process.execPath, build, { maxBuffer: 2 ** 26 });
  const haproxy = fileOf('haproxy') ?? 'haproxy';
  const { stdout: libraries } = await run('ldd', [haproxy]);
  const files = [haproxy, ...(libraries.match(/\/\S+/g) ?? [])];
  const { stdout } = await run('buildah', ['from', 'scratch']);
  const container = stdout.trim();
  for (const file of files) await run('buildah', ['copy', '--quiet', container, file, file]);
  const command = [haproxy, '-f', '/usr/local/etc/haproxy/haproxy.cfg'];
  await run('buildah', ['config', '--entrypoint', JSON.stringify(command), container]);
  await run('buildah', ['commit', '--quiet', '--rm', container, 'localhost/haproxy:test']);
}
