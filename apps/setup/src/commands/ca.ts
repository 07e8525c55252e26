import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '#libs/config';
import type { SetupCommand } from '../command.js';
import { caSetupConfig, type CaSetupConfig } from '../config.js';
import { SetupFailure } from '../failures.js';
import { passwordFile } from '../keys/first-keys.js';

const signerRole = 'reseal_signer';

/** The operators' tool for the CA, beside this app. */
const tool = () => {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../../signer/src/ca/main.${ending}`, import.meta.url));
};

/**
 * Creates the CA by `npm run ca -- init`, in a process of its own with the signer's role: this process never uses the CA's
 * keys, and the audit log stamps the role.
 */
export const caCommand: SetupCommand = {
  async run({ dryRun, print, as, env }) {
    const args = [tool(), 'init', ...(dryRun ? ['--dry-run'] : []), '--as', as];
    const child = spawn(process.execPath, [...process.execArgv, ...args], {
      env: signersEnvironment(env, loadConfig(caSetupConfig, env)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface(child.stdout).on('line', (line) => print(`ca: ${line}`));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new SetupFailure('The CA was not created: see the line above.', code ?? 1);
  },
};

/** The owner's database with the signer's role, and its password if the folder of secrets has it. */
function signersEnvironment(
  env: NodeJS.ProcessEnv,
  { databaseUrl, secretsDirectory }: CaSetupConfig,
): NodeJS.ProcessEnv {
  const url = new URL(databaseUrl);
  url.username = signerRole;
  const file = secretsDirectory && join(secretsDirectory, passwordFile(signerRole));
  const known = file !== undefined && existsSync(file);
  if (known) {
    url.password = '';
    url.searchParams.delete('passwordfile');
  }
  return {
    ...env,
    RESEAL_DATABASE_URL: url.href,
    // Empty in place of missing, so that a file of `--env-file` does not set them again.
    RESEAL_DATABASE_URL_FILE: '',
    RESEAL_DATABASE_PASSWORD_FILE: known ? file : '',
  };
}
