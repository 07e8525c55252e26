import { userInfo } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#libs/config';
import { z } from 'zod';
import type { SetupCommand } from '../command.js';
import { secretsDirectory } from '../config.js';
import type { ServerErrors } from '../failures.js';
import { planKeys } from '../keys/first-keys.js';
import { runPlan } from '../steps.js';

/** The file system: its errors name the system call. */
const files: ServerErrors = {
  name: 'Files',
  caused: (error) => 'syscall' in error,
  remedy: (error) =>
    ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')
      ? `The user ${userInfo().uid} must be able to write there`
      : undefined,
};

/** The first keys of all apps, and the passwords of the database roles. */
export const keysCommand: SetupCommand = {
  server: files,
  async run(options) {
    const config = loadConfig(z.object({ secretsDirectory }), options.env);
    const steps = planKeys(config.secretsDirectory).map(({ file, run }) => ({
      what: `make ${join(config.secretsDirectory, file)}`,
      run: async () => run(),
    }));
    await runPlan('keys', { steps }, options);
  },
};
