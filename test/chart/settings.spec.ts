import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig, settingsOf } from '#libs/config';
import { settingsOfApps as schemas } from '../support/app-settings.js';
import { chart, render, settingsIn, valuesFiles, workloadsOf } from './support/chart.js';

/** The launcher is plain JavaScript without types. */
interface Launcher {
  provideSecrets(folder: string): { files: Record<string, string> };
}
const { provideSecrets } = (await import(pathToFileURL('deploy/local/lib/secrets.mjs').href)) as Launcher;

const secretsFolder = '/etc/reseal/secrets/';
/** Certificates, which are no settings of an app but of its connections; the tests of `libs/config` look at them. */
const certificate = /_(CA|CERTIFICATE|KEY)_FILE$/;
const keysOfReseal = /^RESEAL_(ID|PSEUDONYM|TOKEN|WEBHOOK)_KEY_FILE$/;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reseal-chart-'));
  provideSecrets(folder);
  for (const name of ['database-password', 'kafka-password', 'smtp-password', 'telecom-token', 'pkcs11-pin'])
    writeFileSync(join(folder, name), 'sample');
  writeFileSync(join(folder, 'admin-database-url'), 'postgres://administrator@postgresql/postgres');
});
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * The environment of a container with the files that a bank would put into the app's Secret. The apps refuse the
 * domain `example` in production, which the values have in place of a bank's.
 */
function environmentHere(settings: Readonly<Record<string, string>>): Record<string, string> {
  const here = Object.entries(settings)
    .filter(([name]) => !certificate.test(name) || keysOfReseal.test(name))
    .map(
      ([name, value]) =>
        [
          name,
          value.startsWith(secretsFolder) ? fileFor(value) : value.replaceAll('.example', '.net'),
        ] as const,
    );
  return Object.fromEntries(here);
}

function fileFor(path: string): string {
  const name = path.slice(secretsFolder.length);
  const json = join(folder, `${name}.json`);
  try {
    readFileSync(json);
    return json;
  } catch {
    return join(folder, name);
  }
}

describe.each(valuesFiles)('with the values $name', ({ file }) => {
  const workloads = workloadsOf(render(file)).filter(({ app }) => app !== 'test');

  it.each(workloads)('$name has settings of its app only', ({ app, pod }) => {
    const known = new Set(settingsOf(schemas[app]!).flatMap(({ key }) => [key, `${key}_FILE`]));
    const given = Object.keys(settingsIn(pod.containers[0]!)).filter((name) => name.startsWith('RESEAL_'));
    expect(given.length).toBeGreaterThan(0);
    expect(given.filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(workloads)('$name runs programs that there are', ({ pod }) => {
    const programs = (pod.containers[0]!.args ?? []).filter((arg) => arg.endsWith('.js'));
    expect(programs.length).toBeGreaterThan(0);
    const sources = programs.map((program) => program.replace(/^(\.\/)?dist\//, '').replace(/js$/, 'ts'));
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
  });

  it.each(workloads)('$name has every setting that its app requires, in the right form', ({ app, pod }) => {
    // The setup Job needs a part of them.
    const shape = app === 'setup' ? schemas[app]!.partial() : schemas[app]!;
    const warnings: string[] = [];
    loadConfig(shape, environmentHere(settingsIn(pod.containers[0]!)), (line) => warnings.push(line));
    expect(warnings).toEqual([]);
  });
});

describe('the schema of values', () => {
  const { $defs } = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as {
    $defs: { secretSetting: { enum: string[] } };
  };

  it('refuses every secret setting but addresses, of which it refuses those with a password', () => {
    const secrets = Object.values(schemas)
      .flatMap((schema) => settingsOf(schema))
      .filter(({ secret, unit }) => secret && !unit.startsWith('URL'))
      .map(({ key }) => key);
    const { enum: refused } = $defs.secretSetting;
    expect([...refused].sort()).toEqual([...new Set(secrets)].sort());
  });
});
