import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isCommand } from '../local/artifacts/debian-packages.mjs';
import { makeBase, nodePath, user } from './base-files.mjs';

/**
 * Builds the image on a Debian machine that reaches no registry of images: `node deploy/image/build.mjs [--tag NAME]
 * [--archive FILE]`. The base comes from Debian's packages, and buildah puts the image together. The image is that of the
 * Containerfile. It is stored where podman finds it, and with `--archive` also in a file (OCI).
 */

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));

const { values } = parseArgs({
  options: { tag: { type: 'string', default: `localhost/reseal:${version}` }, archive: { type: 'string' } },
});
requireCommands();
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'reseal-image-'));
try {
  build(work, values);
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}

/**
 * @param {string} folder
 * @param {{tag: string, archive?: string}} options
 */
function build(folder, { tag, archive }) {
  const base = path.join(folder, 'base');
  const app = path.join(folder, 'app');
  fs.mkdirSync(base);
  const packages = makeBase(base);
  run(process.execPath, path.join(root, 'deploy/image/assemble.mjs'), app);
  addToList(path.join(app, 'sbom.cdx.json'), packages);
  const container = buildah('from', 'scratch');
  try {
    buildah('copy', '--quiet', container, base, '/');
    buildah('copy', '--quiet', container, app, '/app');
    buildah('config', ...configuration(), container);
    buildah('commit', '--quiet', '--timestamp', '0', container, tag);
  } finally {
    buildah('rm', container);
  }
  if (archive) {
    fs.rmSync(archive, { force: true });
    buildah('push', '--quiet', tag, `oci-archive:${path.resolve(archive)}:${tag}`);
  }
  process.stdout.write(`${tag}${archive ? ` in ${archive}` : ''}\n`);
}

/** What the Containerfile says in USER, WORKDIR, ENV, ENTRYPOINT and LABEL. */
function configuration() {
  const revision = run('git', '-C', root, 'rev-parse', 'HEAD');
  const labels = {
    'org.opencontainers.image.title': 'Reseal',
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.revision': revision,
  };
  return [
    ...['--user', `${user}:${user}`, '--workingdir', '/app', '--env', 'NODE_ENV=production'],
    ...[
      '--entrypoint',
      JSON.stringify([nodePath, '--enable-source-maps', '--disable-warning=TimeoutNegativeWarning']),
    ],
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
  ];
}

/**
 * Adds Debian's packages and Node to the list of npm's packages.
 * @param {string} file
 * @param {ReturnType<typeof makeBase>} packages
 */
function addToList(file, packages) {
  const list = JSON.parse(fs.readFileSync(file, 'utf8'));
  list.components.push(
    {
      type: 'application',
      name: 'node',
      version: process.versions.node,
      purl: `pkg:generic/node@${process.versions.node}`,
    },
    ...packages.map(({ name, version: of, architecture }) => ({
      type: 'library',
      name,
      version: of,
      purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(of)}?arch=${architecture}`,
    })),
  );
  fs.writeFileSync(file, `${JSON.stringify(list, null, 2)}\n`);
}

/** @param {string[]} args */
function buildah(...args) {
  return run('buildah', ...args);
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, ...args) {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

/** Prints what to install, and exits, if a command is missing. */
function requireCommands() {
  const missing = ['apt-get', 'dpkg-deb', 'buildah'].filter((name) => !isCommand(name));
  if (missing.length === 0) return;
  process.stderr.write(
    `Missing: ${missing.join(', ')}. On Debian: sudo apt-get install --no-install-recommends buildah\n`,
  );
  process.exit(1);
}
