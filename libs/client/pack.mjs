#!/usr/bin/env node
// Makes the npm package of the client: node libs/client/pack.mjs [folder]
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const repository = path.join(import.meta.dirname, '../..');
/** The package is written here; the contract test passes a temporary folder. */
const folder = path.resolve(process.argv[2] ?? path.join(repository, 'dist/packages'));
const content = path.join(folder, 'client');

const json = async (file) => JSON.parse(await readFile(path.join(repository, file), 'utf8'));

/** The folder's files whose names have this ending. */
async function filesOf(directory, ending) {
  const names = await readdir(directory, { recursive: true });
  return names.filter((name) => ending.test(name)).map((name) => path.join(directory, name));
}

/** Replaces the repository's imports of other libs by relative ones, and collects the packages that are imported. */
async function resolveImports(packages) {
  for (const file of await filesOf(content, /\.(js|d\.ts)$/)) {
    const libs = path.relative(path.dirname(file), content) || '.';
    const text = await readFile(file, 'utf8');
    const resolved = text.replace(/(?<=['"])#libs\/([\w-]+)(?=['"])/g, `${libs}/$1/src/index.js`);
    await writeFile(file, resolved);
    for (const [, name] of resolved.matchAll(
      /^(?:import|export)[^;]*? from ['"]((?:@[\w-]+\/)?[\w-][\w.-]*)/gm,
    ))
      packages.add(name);
  }
}

const library = (name) => ({
  types: `./${name}/src/index.d.ts`,
  default: `./${name}/src/index.js`,
});

await rm(content, { recursive: true, force: true });
await mkdir(content, { recursive: true });
const compiler = path.join(repository, 'node_modules/typescript/bin/tsc');
const project = path.join(repository, 'libs/client/tsconfig.package.json');
execFileSync(process.execPath, [compiler, '-p', project, '--outDir', content], { stdio: 'inherit' });

const packages = new Set();
await resolveImports(packages);
const { version, license, dependencies } = await json('package.json');
const manifest = {
  name: '@reseal/client',
  version,
  description: 'Calls the API with which customers of a bank reissue their joint certificates',
  license,
  type: 'module',
  sideEffects: false,
  engines: { node: '>=24' },
  exports: { '.': library('client'), './npki': library('npki'), './openapi.json': './openapi.json' },
  dependencies: Object.fromEntries([...packages].sort().map((name) => [name, dependencies[name]])),
};
await writeFile(path.join(content, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
for (const [from, to] of [
  ['libs/client/README.md', 'README.md'],
  ['libs/contracts/openapi.json', 'openapi.json'],
  ['LICENSE', 'LICENSE'],
])
  await cp(path.join(repository, from), path.join(content, to));
// npm prints the name of the archive.
execFileSync('npm', ['pack', content, '--pack-destination', folder, '--silent'], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
