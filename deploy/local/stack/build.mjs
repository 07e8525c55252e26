import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { runToLog } from '../lib/commands.mjs';
import { writeFileAtomically } from '../lib/files.mjs';

/** @import { StackContext } from '../types.js' */

/** @typedef {Pick<StackContext, 'settings' | 'report'>} BuildContext */

/**
 * Files that are built together.
 * @typedef {object} Target
 * @property {string} stamp    file that holds the fingerprint of the sources it was built from
 * @property {string[]} folders  where the sources are
 * @property {RegExp} files    which files there are sources
 * @property {{script: string, args: string[], log: string, what: string}[]} commands
 */

/**
 * @param {string} config
 * @param {string} log
 * @param {string} what
 */
const compile = (config, log, what) => ({ script: 'typescript/bin/tsc', args: ['-p', config], log, what });
/**
 * @param {string} config
 * @param {string} log
 * @param {string} what
 */
const bundle = (config, log, what) => ({
  script: 'vite/bin/vite.js',
  args: ['build', '--config', `apps/web/${config}`, '--logLevel', 'warn'],
  log,
  what,
});

/** @type {Target} */
const apps = {
  stamp: 'dist/build.stamp',
  folders: ['apps', 'libs', 'workflows', 'activities'],
  files: /\.ts$/,
  commands: [compile('tsconfig.build.json', 'build.log', 'The build')],
};

/** @type {Target} */
const pages = {
  stamp: 'dist/web/build.stamp',
  folders: ['apps/web', 'libs/audit-proofs', 'libs/client', 'libs/der', 'libs/domain', 'libs/npki'],
  files: /\.(ts|tsx|css|html|svg)$/,
  commands: [
    bundle('vite.config.ts', 'build-console.log', 'The build of the console'),
    bundle('reissue.vite.config.ts', 'build-reissue.log', 'The build of the reissue page'),
    bundle('reference.vite.config.ts', 'build-reference.log', 'The build of the page with the API reference'),
  ],
};

/** @type {Target} */
const tools = {
  stamp: 'dist-tools/build.stamp',
  folders: [...apps.folders, 'test/demo', 'test/bench', 'test/support', 'test/world', 'test/browser/support'],
  files: /\.ts$/,
  commands: [compile('tsconfig.tools.json', 'build-tools.log', 'The build of demo and benchmarks')],
};

const configurationFiles = [
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  'tsconfig.build.json',
  'tsconfig.tools.json',
];

/**
 * Compiles apps and libs to `dist`, and bundles the pages for browsers.
 * @param {BuildContext} context
 */
export const buildAll = (context) => buildStale(context, [apps, pages]);

/**
 * Compiles the demo and the benchmarks to `dist-tools`, so that `dist` holds no tests. At run time they load the libs
 * from `dist`.
 * @param {BuildContext} context
 */
export const buildTools = (context) => buildStale(context, [tools]);

/**
 * Builds the targets whose sources have changed. Without this check every start would take some seconds longer.
 * @param {BuildContext} context
 * @param {Target[]} targets
 */
async function buildStale({ settings, report }, targets) {
  const { root, logs } = settings;
  const stale = targets
    .map((target) => ({ ...target, fingerprint: fingerprint(root, target) }))
    .filter((target) => !isStamped(path.join(root, target.stamp), target.fingerprint));
  if (stale.length === 0) return;
  await report.step('Built', async () => {
    for (const { script, args, log, what } of stale.flatMap(({ commands }) => commands)) {
      const command = [path.join(root, 'node_modules', script), ...args];
      await runToLog(process.execPath, command, { log: path.join(logs, log), what, cwd: root });
    }
    for (const target of stale) writeFileAtomically(path.join(root, target.stamp), target.fingerprint);
  });
}

/**
 * @param {string} stamp
 * @param {string} content
 */
const isStamped = (stamp, content) => fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === content;

/**
 * Changes when a source is added, removed or written.
 * @param {string} root
 * @param {Target} target
 */
function fingerprint(root, { folders, files }) {
  const hash = crypto.createHash('sha256');
  /** @param {string} file */
  const add = (file) => {
    const { mtimeMs, size } = fs.statSync(file);
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  };
  for (const file of configurationFiles) add(path.join(root, file));
  for (const folder of folders)
    for (const name of fs.readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).sort())
      if (files.test(name)) add(path.join(root, folder, name));
  return hash.digest('hex');
}
