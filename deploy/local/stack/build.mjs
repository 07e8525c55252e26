import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { runToLog } from '../lib/commands.mjs';
import { writeFileAtomically } from '../lib/files.mjs';

/** What the build reads; `dist` is what it writes. */
const SOURCES = [
  'apps',
  'libs',
  'workflows',
  'activities',
  'test/demo',
  'test/bench',
  'test/support',
  'test/world',
];
const CONFIGURATION = ['package.json', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.build.json'];

/** Compiles the apps, unless nothing has changed since they were compiled last: also an idle compiler takes seconds. */
export async function build({ settings, report }) {
  const { root, logs } = settings;
  const stamp = path.join(root, 'dist/build.stamp');
  const sources = fingerprint(root);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === sources) return;
  const compiler = [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'];
  const log = path.join(logs, 'build.log');
  await report.step('Built', async () => {
    await runToLog(process.execPath, compiler, { log, what: 'The build', cwd: root });
    writeFileAtomically(stamp, sources);
  });
}

/** Changes with every file that is added, removed or written. */
function fingerprint(root) {
  const hash = crypto.createHash('sha256');
  const add = (file) => {
    const { mtimeMs, size } = fs.statSync(file);
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  };
  for (const file of CONFIGURATION) add(path.join(root, file));
  for (const folder of SOURCES)
    for (const name of fs.readdirSync(path.join(root, folder), { recursive: true }).sort())
      if (name.endsWith('.ts')) add(path.join(root, folder, name));
  return hash.digest('hex');
}
