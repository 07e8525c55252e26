import { loadConfig } from '#libs/config';
import type { SetupCommand } from '../command.js';
import { databaseSetupConfig } from '../config.js';
import { planDatabase } from '../database/plan.js';
import { runPlan } from '../steps.js';

const createByAdministrator =
  'Set RESEAL_ADMIN_DATABASE_URL to a role that may create roles and databases, or have a database administrator create them.';

/** What to do, by SQLSTATE. */
const remedies: Readonly<Record<string, string>> = {
  '3D000': createByAdministrator, // no such database
  '42501': createByAdministrator, // insufficient privilege
  '42704': createByAdministrator, // no such role
  '28P01':
    'The password differs from that in PostgreSQL; with RESEAL_ADMIN_DATABASE_URL `setup database` sets those in RESEAL_SECRETS_DIRECTORY.',
};
const codeOf = (error: Error) => String((error as Error & { code?: unknown }).code);

/** Roles, databases and the schema. */
export const databaseCommand: SetupCommand = {
  server: {
    name: 'PostgreSQL',
    caused: (error) =>
      /^([0-9A-Z]{5}|E[A-Z_]+)$/.test(codeOf(error)) || /timeout|terminated/i.test(error.message),
    remedy: (error) => remedies[codeOf(error)],
  },
  async run(options) {
    await runPlan(
      'database',
      await planDatabase(loadConfig(databaseSetupConfig, options.env), options),
      options,
    );
  },
};
