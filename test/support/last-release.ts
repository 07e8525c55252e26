import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '#libs/config';
import { stateFolder } from './app-environment.js';

const run = promisify(execFile);
const lock = 'package-lock.json';

/**
 * Compiles the apps of the last release (test/versions/last-release.json) as its image has them.
 *
 * @returns the folder from which they run
 * @throws Error if the clone lacks the commit, or a command fails
 */
export async function assembleLastRelease(): Promise<string> {
  const root = projectRoot();
  const { commit } = JSON.parse(readFileSync(join(root, 'test/versions/last-release.json'), 'utf8')) as {
    commit: string;
  };
  const source = join(stateFolder(), 'last-release/source');
  const apps = join(stateFolder(), 'last-release/apps');
  mkdirSync(source, { recursive: true });
  const archive = join(dirname(source), 'source.tar');
  await run('git', ['-C', root, 'archive', '--output', archive, commit]);
  await run('tar', ['--extract', '--file', archive, '--directory', source]);
  const sameLock = readFileSync(join(root, lock), 'utf8') === readFileSync(join(source, lock), 'utf8');
  if (sameLock) cpSync(join(root, 'node_modules'), join(source, 'node_modules'), { recursive: true });
  else await run('npm', ['ci', '--ignore-scripts'], { cwd: source });
  await run(process.execPath, ['deploy/image/assemble.mjs', apps], { cwd: source, maxBuffer: 2 ** 26 });
  return apps;
}
