import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig, settingsOf } from '#libs/config';
import { parse } from 'yaml';
import { keysOfApps } from '../../apps/setup/src/keys/first-keys.js';
import { settingsOfApps as schemas } from '../support/app-settings.js';

/** The launcher is plain JavaScript without types. */
interface Launcher {
  provideSecrets(folder: string): { files: Record<string, string> };
}
const { provideSecrets } = (await import(pathToFileURL('deploy/local/lib/secrets.mjs').href)) as Launcher;

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly secrets?: readonly string[];
  readonly healthcheck?: { readonly test: readonly unknown[] };
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** A file with each variable at its default, as without an `.env`. */
function compose(name: string, variables: Readonly<Record<string, string>> = {}): Compose {
  const text = readFileSync(join('deploy/compose', name), 'utf8');
  const filled = text.replace(
    /(?<!\$)\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g,
    (_, key: string, fallback?: string) => variables[key] ?? fallback ?? '',
  );
  return parse(filled, { merge: true }) as Compose;
}

/** A variable without a value is empty in a container. */
const environmentOf = ({ environment = {} }: Service): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value ?? '']));

const { services, secrets } = compose('compose.yaml');
const apps = Object.keys(schemas).filter((app) => app !== 'setup');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reseal-compose-'));
  provideSecrets(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const secretsFolder = '/run/secrets/';
/** Where the file of a secret is among those of `setup keys`. */
const sourceOf = (secret: string) => secrets[secret]!.file.replace('./state/secrets/', '');

describe.each(apps)('%s in deploy/compose', (app) => {
  const environment = environmentOf(services[app]!);
  const { secrets: mounted = [], command = [] } = services[app]!;

  it('has settings of its app only, and all that it requires', () => {
    const known = new Set(settingsOf(schemas[app]!).flatMap(({ key }) => [key, `${key}_FILE`]));
    expect(Object.keys(environment).filter((key) => !known.has(key))).toEqual([]);
    const here = Object.entries(environment).map(([key, value]) =>
      value.startsWith(secretsFolder)
        ? [key, join(folder, sourceOf(value.slice(secretsFolder.length)))]
        : [key, value],
    );
    const warnings: string[] = [];
    loadConfig(schemas[app]!, Object.fromEntries(here) as Record<string, string>, (line) =>
      warnings.push(line),
    );
    expect(warnings).toEqual([]);
  });

  it('sees the keys of its app, and no other', () => {
    const { keys, role } = keysOfApps[app as keyof typeof keysOfApps];
    const own = [...Object.values(keys), `database/${role}`];
    expect(mounted.map(sourceOf).sort()).toEqual([...new Set(own)].sort());
    const named = Object.values(environment).filter((value) => value.startsWith(secretsFolder));
    expect(named.map((value) => basename(value)).sort()).toEqual([...mounted].sort());
  });

  it('has a health check that is a command', () => {
    const { test } = services[app]!.healthcheck!;
    expect(test.slice(0, 3)).toEqual(['CMD', '/nodejs/bin/node', '--eval']);
    expect(() => new Script(test[3] as string)).not.toThrow();
  });

  it('runs a program that there is', () => {
    const program = command.find((arg) => arg.startsWith('dist/apps/'))!;
    expect(existsSync(program.replace(/^dist\//, '').replace(/js$/, 'ts'))).toBe(true);
  });
});

it('setup in deploy/compose has settings of its commands and of `npm run ca` only', () => {
  const known = new Set(
    [schemas.setup!, schemas.signer!].flatMap((schema) =>
      settingsOf(schema).flatMap(({ key }) => [key, `${key}_FILE`]),
    ),
  );
  const own = [
    'RESEAL_CA_ROOT_DIRECTORY',
    'RESEAL_CA_ROOT_PASSPHRASE_FILE',
    'RESEAL_OCSP_DIRECTORY',
    'RESEAL_OCSP_PASSPHRASE_FILE',
  ];
  const given = Object.keys(environmentOf(services.setup!));
  expect(given.filter((key) => !known.has(key) && !own.includes(key))).toEqual([]);
});

it('Every variable of compose.yaml and engines.yaml is in sample.env, but those for tests', () => {
  const sample = readFileSync('deploy/compose/sample.env', 'utf8');
  const named = ['compose.yaml', 'engines.yaml'].flatMap((name) =>
    [...readFileSync(join('deploy/compose', name), 'utf8').matchAll(/(?<!\$)\$\{(\w+)/g)].map(
      ([, key]) => key!,
    ),
  );
  const missing = [...new Set(named)].filter((key) => !new RegExp(`^#?${key}=`, 'm').test(sample));
  expect(missing.sort()).toEqual(['HAPROXY_IMAGE', 'RESEAL_TEMPORAL_NAMESPACE']);
});

it('engines.yaml has the engines that compose.yaml names by default', () => {
  const engines = compose('engines.yaml').services;
  const addresses = Object.values(services)
    .map(environmentOf)
    .flatMap((environment) => [
      environment.RESEAL_TEMPORAL_ADDRESS,
      environment.RESEAL_KAFKA_BROKERS,
      URL.parse(environment.RESEAL_DATABASE_URL ?? '')?.host,
    ]);
  const hosts = new Set(addresses.flatMap((address) => address?.split(':')[0] ?? []));
  expect([...hosts].filter((host) => !(host in engines))).toEqual([]);
});
