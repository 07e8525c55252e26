import { parseOptions } from '#libs/command-line';
import { loadConfig } from '#libs/config';
import type { SetupOptions } from '../command.js';
import { secretsConfig } from '../config.js';
import { secretManifests } from '../keys/secret-manifests.js';

/** `setup secrets`. */
export function printSecrets(args: string[], { env, print }: Pick<SetupOptions, 'env' | 'print'>): void {
  const { values } = parseOptions({ args, options: { sandbox: { type: 'boolean', default: false } } });
  print(JSON.stringify(secretManifests(loadConfig(secretsConfig, env), values), undefined, 2));
}
