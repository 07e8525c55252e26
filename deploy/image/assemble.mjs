import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Puts all that the apps run from into a folder: `node deploy/image/assemble.mjs <folder>`. Compiles the apps and the pages,
 * copies the packages that they use, bundles the workflows, and lists the packages (CycloneDX). Needs the packages of
 * `npm ci`. Both ways to build the image call it.
 */

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Files that the apps read at run time, beside their code. */
const assets = [
  'LICENSE',
  'package.json',
  'libs/contracts/openapi.json',
  'libs/contracts/openapi-ops.json',
  'libs/contracts/openapi-providers.json',
  'libs/contracts/asyncapi.yaml',
  'libs/db/migrations',
  'libs/terms/digests.json',
  'libs/terms/documents',
];
/** The pages for browsers: their configuration of Vite, and their folder. */
const pages = {
  'vite.config.ts': 'ops',
  'reissue.vite.config.ts': 'reissue',
  'reference.vite.config.ts': 'reference',
};
/** Temporal's native core is shipped for five platforms, 108 MB of which are of others. */
const nativeCore = 'node_modules/@temporalio/core-bridge/releases';

const [target] = process.argv.slice(2);
if (!target) {
  process.stderr.write('Usage: node deploy/image/assemble.mjs <folder>\n');
  process.exit(2);
}
assemble(path.resolve(target));

/** @param {string} out */
function assemble(out) {
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  const dist = path.join(out, 'dist');
  node('typescript/bin/tsc', '-p', 'deploy/image/tsconfig.json', '--outDir', dist);
  for (const [config, page] of Object.entries(pages))
    node(
      'vite/bin/vite.js',
      ...['build', '--logLevel', 'warn', '--config', `apps/web/${config}`],
      ...['--emptyOutDir', '--outDir', path.join(dist, 'web', page)],
    );
  for (const asset of assets) copy(path.join(root, asset), path.join(out, asset));
  for (const folder of productionPackages()) copyPackage(folder, path.join(out, path.relative(root, folder)));
  for (const release of fs.readdirSync(path.join(out, nativeCore)))
    if (release !== rustTarget()) fs.rmSync(path.join(out, nativeCore, release), { recursive: true });
  fs.writeFileSync(path.join(out, 'sbom.cdx.json'), listOfPackages());
  bundleWorkflows(out);
  setTimes(out, new Date(Number(process.env.SOURCE_DATE_EPOCH ?? 0) * 1000));
}

/**
 * @param {string} script of a package
 * @param {string[]} args
 */
function node(script, ...args) {
  execFileSync(process.execPath, [path.join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
}

/** @param {string[]} args */
function npm(...args) {
  return execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
}

/** The folders of the packages that the apps use. */
function productionPackages() {
  const folders = npm('ls', '--omit=dev', '--all', '--parseable').trim().split('\n');
  return folders.filter((folder) => folder !== root);
}

/** The software bill of materials, without what differs in each run. */
function listOfPackages() {
  const { serialNumber: _, ...list } = JSON.parse(npm('sbom', '--omit', 'dev', '--sbom-format', 'cyclonedx'));
  delete list.metadata.timestamp;
  return `${JSON.stringify(list, null, 2)}\n`;
}

/**
 * @param {string} from
 * @param {string} to
 */
function copy(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.cpSync(from, to, { recursive: true });
}

/**
 * Copies a package without the packages in it, which are listed too, and without what only compilers read.
 * @param {string} from
 * @param {string} to
 */
function copyPackage(from, to) {
  const nested = path.join(from, 'node_modules');
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.cpSync(from, to, {
    recursive: true,
    filter: (file) => file !== nested && !/\.(d\.[cm]?ts|[cm]?js\.map)$/.test(file),
  });
}

/** This platform, as Temporal's core names it. */
function rustTarget() {
  const arch = new Map([
    ['x64', 'x86_64'],
    ['arm64', 'aarch64'],
  ]).get(process.arch);
  if (process.platform !== 'linux' || !arch)
    throw new Error(`The image is for Linux on x64 or arm64, not ${process.platform} on ${process.arch}.`);
  return `${arch}-unknown-linux-gnu`;
}

/**
 * Makes the file that the worker would otherwise make at each start, with the assembled code.
 * @param {string} out
 */
function bundleWorkflows(out) {
  const script = `
    import { createLogger } from '#libs/observability';
    import { workflowBundle } from '#libs/temporal';
    await workflowBundle(createLogger({ name: 'image', level: 'warn' }));
    process.exit();`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: out, stdio: 'inherit' });
}

/**
 * Gives all files one time, so that the same source makes the same image. The bundle of the workflows counts as current,
 * because no code is newer.
 * @param {string} folder
 * @param {Date} time
 */
function setTimes(folder, time) {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    fs.lutimesSync(path.join(entry.parentPath, entry.name), time, time);
}
