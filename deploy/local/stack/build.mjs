import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { runToLog } from '../lib/commands.mjs';
import { writeFileAtomically } from '../lib/files.mjs';

/** What the build reads; `dist` is what it writes. */
const sourceFolders = [
  'apps',
  'libs',
  'workflows',
  'activities',
  'test/demo',
  'test/bench',
  'test/support',
  'test/world',
];
const configurationFiles = ['package.json', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.build.json'];

/** What a browser loads is built from these, and written to `dist/web`. */
const webSourceFolders = ['apps/web', 'libs/audit-proofs', 'libs/client', 'libs/domain', 'libs/npki'];
/** Each page's configuration, and what it is called if it does not build. */
const webPages = [
  ['vite.config.ts', 'build-console.log', 'The build of the console'],
  ['reissue.vite.config.ts', 'build-reissue.log', 'The build of the reissue page'],
  ['reference.vite.config.ts', 'build-reference.log', 'The build of the API’s page'],
];
const webFiles = /\.(ts|tsx|css|html|svg)$/;

/** Compiles what runs here, and builds what browsers load, unless nothing has changed since: also an idle compiler takes seconds. */
export async function buildAll({ settings, report }) {
  const { root, logs } = settings;
  const compiled = path.join(root, 'dist/build.stamp');
  const built = path.join(root, 'dist/web/build.stamp');
  const sources = fingerprint(root, sourceFolders, /\.ts$/);
  const webSources = fingerprint(root, webSourceFolders, webFiles);
  const steps = [];
  if (!isStamped(compiled, sources))
    steps.push([
      ['typescript/bin/tsc', '-p', 'tsconfig.build.json'],
      'build.log',
      'The build',
      compiled,
      sources,
    ]);
  if (!isStamped(built, webSources))
    for (const [config, log, what] of webPages)
      steps.push([
        ['vite/bin/vite.js', 'build', '--config', `apps/web/${config}`, '--logLevel', 'warn'],
        ...[log, what, built, webSources],
      ]);
  if (steps.length === 0) return;
  await report.step('Built', async () => {
    for (const [[script, ...args], log, what] of steps) {
      const command = [path.join(root, 'node_modules', script), ...args];
      await runToLog(process.execPath, command, { log: path.join(logs, log), what, cwd: root });
    }
    for (const [, , , stamp, content] of steps) writeFileAtomically(stamp, content);
  });
}

const isStamped = (stamp, content) => fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === content;

/** Changes with every file that is added, removed or written. */
function fingerprint(root, folders, files) {
  const hash = crypto.createHash('sha256');
  const add = (file) => {
    const { mtimeMs, size } = fs.statSync(file);
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  };
  for (const file of configurationFiles) add(path.join(root, file));
  for (const folder of folders)
    for (const name of fs.readdirSync(path.join(root, folder), { recursive: true }).sort())
      if (files.test(name)) add(path.join(root, folder, name));
  return hash.digest('hex');
}
