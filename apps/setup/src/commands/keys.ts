import { join } from 'node:path';
import { loadConfig } from '#libs/config';
import { z } from 'zod';
import type { SetupCommand } from '../command.js';
import { secretsDirectory } from '../config.js';
import { planKeys } from '../keys/first-keys.js';
import { runPlan } from '../steps.js';

/** The first keys of all apps, and the passwords of the database roles. */
export const keysCommand: SetupCommand = {
  async run(options) {
    const config = loadConfig(z.object({ secretsDirectory }), options.env);
    const steps = planKeys(config.secretsDirectory).map(({ file, run }) => ({
      what: `make ${join(config.secretsDirectory, file)}`,
      run: async () => run(),
    }));
    await runPlan('keys', { steps }, options);
  },
};
