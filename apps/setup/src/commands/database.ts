import { loadConfig } from '#libs/config';
import type { SetupCommand } from '../command.js';
import { databaseSetupConfig } from '../config.js';
import { planDatabase } from '../database/plan.js';
import { sqlStateOf, sqlStates } from '../database/session.js';
import { runPlan } from '../steps.js';

const createByAdministrator =
  'Set RESEAL_ADMIN_DATABASE_URL to a role that may create roles and databases, or have a database administrator create them.';

/** What to do, by SQLSTATE. */
const remedies: Readonly<Record<string, string>> = {
  '3D000': createByAdministrator, // no such database
  [sqlStates.insufficientPrivilege]: createByAdministrator,
  '42704': createByAdministrator, // no such role
  [sqlStates.invalidPassword]:
    'The password differs from that in PostgreSQL; with RESEAL_ADMIN_DATABASE_URL `setup database` sets those in RESEAL_SECRETS_DIRECTORY.',
};

/** Roles, databases and the schema. */
export const databaseCommand: SetupCommand = {
  server: {
    name: 'PostgreSQL',
    caused: (error) =>
      /^([0-9A-Z]{5}|E[A-Z_]+)$/.test(String(sqlStateOf(error))) || /timeout|terminated/i.test(error.message),
    remedy: (error) => remedies[String(sqlStateOf(error))],
  },
  async run(options) {
    await runPlan(
      'database',
      await planDatabase(loadConfig(databaseSetupConfig, options.env), options),
      options,
    );
  },
};
