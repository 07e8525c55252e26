import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '#libs/config';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const inRoot = (...path: string[]) => join(projectRoot(), ...path);
const environment = { ...process.env, NODE_OPTIONS: '' };

/** Runs a program with Node in a folder. @throws Error with its output if it fails */
export function runNode(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  try {
    return execFileSync(process.execPath, args, {
      cwd,
      env: { ...environment, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`node ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Makes the npm package of the client in a folder. @returns the path of its archive */
export function packClient(folder: string): string {
  const name = runNode([inRoot('libs/client/pack.mjs'), folder], folder).trim();
  return join(folder, name);
}

/**
 * Installs the archive of the client in a project, with the packages that it declares and no others. npm would download
 * the same packages.
 *
 * @returns the package's folder
 */
export function installClient(archive: string, project: string): string {
  const folder = join(project, 'node_modules/@reseal/client');
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '--strip-components=1', '-C', folder]);
  const { dependencies } = manifestOf(folder);
  for (const name of Object.keys(dependencies)) link(project, name);
  return folder;
}

export const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Copies the example of a front end to a folder, with the client from its archive, and builds it. @returns its pages */
export function buildExample(archive: string, project: string, gateway?: string): string {
  cpSync(inRoot('docs/examples/front-end'), project, { recursive: true });
  installClient(archive, project);
  link(project, 'vite');
  runNode([inRoot('node_modules/typescript/bin/tsc')], project);
  const vite = [inRoot('node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'];
  runNode(vite, project, gateway === undefined ? {} : { VITE_GATEWAY: gateway });
  return join(project, 'dist');
}

function link(project: string, name: string): void {
  const path = join(project, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(inRoot('node_modules', name), path);
}
