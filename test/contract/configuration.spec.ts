import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { repositoryFiles } from '../support/repository-files.js';
import { configurationDocument, programSettings, type LauncherPort } from './configuration/document.js';
import { launcherSettings, testSettings } from './configuration/other-settings.js';

/** The launcher is plain JavaScript without types. */
interface LauncherModule {
  readSettings(env: object): object;
  portsToListenOn(settings: unknown): LauncherPort[];
}
const path = pathToFileURL('deploy/local/lib/settings.mjs').href;
const launcher = (await import(path)) as LauncherModule;
const ports = launcher.portsToListenOn({ ...launcher.readSettings({}), cluster: true });

const page = 'docs/configuration.md';
const otherSettings = [...launcherSettings, ...testSettings].map(({ key }) => key);
const described = new Set([
  ...programSettings.map(({ setting }) => setting.key),
  ...otherSettings,
  ...ports.map(({ key }) => key),
]);

/** Variables that source files mention, except those that only a spec invents. */
const mentioned = new Set(
  ['apps', 'libs', 'activities', 'workflows', 'deploy', 'test']
    .flatMap((folder) => repositoryFiles(['.ts', '.tsx', '.mjs', '.js', '.yaml', '.md'], folder))
    .filter((file) => !/^libs\/config\/.*\.spec\.ts$|^test\/contract\/configuration/.test(file))
    .flatMap((file) => readFileSync(file, 'utf8').match(/RESEAL_[A-Z0-9_]*[A-Z0-9]\b(?!_)/g) ?? [])
    .map((name) => name.replace(/_FILE$/, (ending) => (described.has(name) ? ending : ''))),
);

describe('the configuration of all programs', () => {
  it.each(programSettings.map(({ program, setting }) => [program, setting.key, setting.meaning]))(
    'The configuration of all programs of %s describes %s in its schema',
    (_program, _key, meaning) => {
      expect(meaning).toMatch(/^[A-Z`].*\.$/s);
    },
  );

  it('The configuration of all programs has no setting that is also the file of another one', () => {
    const keys = new Set(programSettings.map(({ setting }) => setting.key));
    expect([...keys].filter((key) => keys.has(`${key}_FILE`))).toEqual([]);
  });

  it('The configuration of all programs is documented as the schemas describe it', () => {
    const expected = configurationDocument(ports);
    if (process.env.RESEAL_RECORD) writeFileSync(page, expected);
    if (readFileSync(page, 'utf8') !== expected)
      throw new Error(`${page} is out of date: run npm run docs:configuration`);
  });

  it('The configuration of all programs has every variable that a source file mentions', () => {
    expect([...mentioned].filter((name) => !described.has(name))).toEqual([]);
  });

  it('The configuration of all programs has no other variable that nothing reads', () => {
    expect(otherSettings.filter((key) => !mentioned.has(key))).toEqual([]);
  });
});
