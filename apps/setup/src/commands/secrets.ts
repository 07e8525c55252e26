import { parseOptions } from '#libs/command-line';
import { loadConfig } from '#libs/config';
import type { OtherCommand } from '../command.js';
import { secretsConfig } from '../config.js';
import { secretManifests } from '../keys/secret-manifests.js';

/** `setup secrets`. */
export const secretsCommand: OtherCommand = {
  async run(args, { env, print }) {
    const { values } = parseOptions({ args, options: { sandbox: { type: 'boolean', default: false } } });
    print(JSON.stringify(secretManifests(loadConfig(secretsConfig, env), values), undefined, 2));
    return 0;
  },
};
