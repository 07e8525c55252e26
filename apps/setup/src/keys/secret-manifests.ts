import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseRoles, keysOfApps, passwordFile } from './first-keys.js';

interface Folders {
  /** Of `setup keys`. */
  readonly secretsDirectory: string;
  /** Of the signer. */
  readonly caDirectory?: string | undefined;
  /** Of the status app. */
  readonly ocspDirectory?: string | undefined;
}

/** Apps that run in a cluster. Keys of the root stay with the operator of `npm run ca`. */
const apps = ['gateway', 'worker', 'signer', 'ops', 'status', 'customers', 'setup'] as const;

/**
 * Secrets of Kubernetes, as a List that `kubectl apply -f -` takes. `reseal-<app>` has the keys of an app and the password
 * of its role; the name of a key is that of its setting: `codec-keys` is for `RESEAL_CODEC_KEYS_FILE`.
 * `reseal-database-roles` has all passwords, for `setup database`, `reseal-ca` the signer's directory, and `reseal-ocsp`
 * that of the status app.
 */
export function secretManifests(
  { secretsDirectory, caDirectory, ocspDirectory }: Folders,
  { sandbox }: { sandbox: boolean },
): object {
  const contentOf = (file: string) => readFileSync(join(secretsDirectory, file));
  const ofApps = [...apps, ...(sandbox ? (['sandbox'] as const) : [])].map((app) => {
    const { role, keys } = keysOfApps[app];
    const files = Object.entries(keys).map(([setting, file]) => [keyOf(setting), file] as const);
    return secret(
      `reseal-${app}`,
      [['database-password', passwordFile(role)] as const, ...files].map(([key, file]) => [
        key,
        contentOf(file),
      ]),
    );
  });
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      ...ofApps,
      secret(
        'reseal-database-roles',
        databaseRoles.map((role) => [role, contentOf(passwordFile(role))]),
      ),
      ...(caDirectory ? [secret('reseal-ca', filesIn(caDirectory))] : []),
      ...(ocspDirectory ? [secret('reseal-ocsp', filesIn(ocspDirectory))] : []),
    ],
  };
}

type Entry = readonly [key: string, content: Buffer];

const keyOf = (setting: string) =>
  setting
    .replace(/^RESEAL_/, '')
    .toLowerCase()
    .replaceAll('_', '-');

const filesIn = (directory: string): Entry[] =>
  readdirSync(directory).map((name) => [name, readFileSync(join(directory, name))]);

const secret = (name: string, entries: readonly Entry[]) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, labels: { 'app.kubernetes.io/part-of': 'reseal' } },
  type: 'Opaque',
  data: Object.fromEntries(entries.map(([key, content]) => [key, content.toString('base64')])),
});
