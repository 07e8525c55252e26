import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { buildExample, installClient, manifestOf, packClient, runNode } from '../support/client-package.js';

jest.setTimeout(300_000);

const work = mkdtempSync(join(tmpdir(), 'reseal-package-'));
afterAll(() => rmSync(work, { recursive: true }));

const newFolder = (name: string) => {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};
const compiler = join(process.cwd(), 'node_modules/typescript/bin/tsc');

let archive: string;
let folder: string;
beforeAll(() => {
  archive = packClient(newFolder('packed'));
  folder = installClient(archive, newFolder('installed'));
});

/** The texts of the package's files with this ending. */
const textsOf = (ending: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);

it('The package of the client has its own README, licence, API document and the version of Reseal', () => {
  const { name, version } = manifestOf(folder);
  const root = manifestOf(process.cwd());
  expect([name, version]).toEqual(['@reseal/client', root.version]);
  expect(archive).toMatch(new RegExp(`reseal-client-${root.version}\\.tgz$`));
  const same = (file: string, source: string) =>
    expect(readFileSync(join(folder, file), 'utf8')).toBe(readFileSync(source, 'utf8'));
  same('README.md', 'libs/client/README.md');
  same('LICENSE', 'LICENSE');
  same('openapi.json', 'libs/contracts/openapi.json');
});

it('The package of the client holds built files only, and imports nothing of the repository', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(files.filter((name) => /(?<!\.d)\.ts$|spec|testdata/.test(name))).toEqual([]);
  const texts = textsOf(/\.(js|d\.ts)$/);
  expect(texts.length).toBeGreaterThan(20);
  expect(texts.filter(([, text]) => /['"]#|node_modules/.test(text)).map(([name]) => name)).toEqual([]);
});

it('The package of the client declares exactly the packages that it imports, and runs without Node’s', () => {
  const imported = textsOf(/\.(js|d\.ts)$/).flatMap(([, text]) =>
    [...text.matchAll(/(?:from|import) ['"]([^.'"][^'"]*)['"]/g)].map(([, specifier = '']) => specifier),
  );
  expect(imported.filter(isBuiltin)).toEqual([]);
  const names = imported.map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0]);
  const { dependencies } = manifestOf(folder);
  expect([...new Set(names)].sort()).toEqual(Object.keys(dependencies).sort());
});

it('The README of the package has links and imports that exist outside the repository', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  expect(links.filter((target) => !/^(https?:|#)/.test(target))).toEqual([]);
  expect(readme).not.toContain('#libs');
});

it('A Node program imports both entries of the package, and makes a key and a request', () => {
  const project = newFolder('installed');
  const program = `
    import { CertificateKey, newVidRandom } from '@reseal/client';
    import { readPrivateKeyFile, writePrivateKeyFile } from '@reseal/client/npki';
    import document from '@reseal/client/openapi.json' with { type: 'json' };
    const key = await CertificateKey.make();
    const form = 'PBES2-HMACSHA256-SEED';
    const file = await writePrivateKeyFile({ privateKey: await key.exportPrivateKey(), form, password: 'p' });
    const { form: read } = await readPrivateKeyFile(file, 'p');
    console.log(JSON.stringify({ read, paths: Object.keys(document.paths).length > 10, random: newVidRandom() }));
    console.log(await key.request());`;
  writeFileSync(join(project, 'program.mjs'), program);
  const [first, ...request] = runNode(
    ['--disable-warning=ExperimentalWarning', 'program.mjs'],
    project,
  ).split('\n');
  expect(JSON.parse(first!)).toEqual({
    read: 'PBES2-HMACSHA256-SEED',
    paths: true,
    random: expect.stringMatching(/^[0-9a-f]{40}$/),
  });
  expect(request.join('\n')).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/);
});

it.each([
  ['a bundler', 'esnext', 'bundler'],
  ['Node', 'nodenext', 'nodenext'],
])('The types of the package are whole for %s, and refuse a wrong call', (name, module, moduleResolution) => {
  const project = newFolder(`types-${name.replace(' ', '-')}`);
  installClient(archive, project);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  const start = (reason: string) => `
    import { CertificateKey, ResealClient, type Reissue } from '@reseal/client';
    const client = new ResealClient({ baseUrl: '', apiKey: 'key' });
    const key = await CertificateKey.make();
    const { reissue } = await client.start({ reason: '${reason}', applicant: { name: '', mobile: '' }, key, consents: [] });
    export const state: Reissue['state'] = reissue.state;`;
  writeFileSync(join(project, 'right.ts'), start('LOST'));
  writeFileSync(join(project, 'wrong.ts'), start('BORED'));
  const options = ['--noEmit', '--strict', '--target', 'es2024', '--lib', 'es2024,dom,dom.iterable'];
  // Without skipLibCheck the package's own declarations are checked.
  const check = (file: string) =>
    runNode(
      [compiler, file, ...options, '--module', module, '--moduleResolution', moduleResolution],
      project,
    );
  expect(check('right.ts')).toBe('');
  expect(() => check('wrong.ts')).toThrow(/"BORED"' is not assignable/);
});

it('The example of a front end is built from the archive, and states the archive’s name', () => {
  const built = buildExample(archive, newFolder('example'));
  expect(readdirSync(built)).toEqual(expect.arrayContaining(['index.html', 'assets']));
  const { dependencies } = manifestOf('docs/examples/front-end');
  expect(dependencies['@reseal/client']).toMatch(new RegExp(`/${archive.split('/').at(-1)}$`));
});
