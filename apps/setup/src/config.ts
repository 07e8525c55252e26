import {
  checkpointConfig,
  databaseConfig,
  databaseUrlConfig,
  journalConfig,
  kafkaConfig,
  secret,
  temporalConfig,
  temporalServerConfig,
  url,
  withForm,
} from '#libs/config';
import { z } from 'zod';

/** Configuration of `after-restore`: the owner's database, and the records outside it that survive a restore. */
export const restoreConfig = z.object({
  ...databaseConfig,
  ...temporalConfig,
  ...kafkaConfig,
  ...journalConfig,
  ...checkpointConfig,
});
export type RestoreConfig = z.output<typeof restoreConfig>;

export const secretsDirectory = withForm(z.string().min(1), { unit: 'directory' }).describe(
  'Directory in which `setup keys` makes the first keys and the passwords of the database roles, each in a file of its own.',
);

export const secretsConfig = z.object({
  secretsDirectory,
  caDirectory: withForm(z.string().min(1), { unit: 'directory' })
    .optional()
    .describe("The signer's directory, for the Secret `reseal-ca` of `setup secrets`."),
  ocspDirectory: withForm(z.string().min(1), { unit: 'directory' })
    .optional()
    .describe("The status app's directory, for the Secret `reseal-ocsp` of `setup secrets`."),
});

export const databaseSetupConfig = z.object({
  ...databaseUrlConfig,
  adminDatabaseUrl: secret(url('postgres', 'postgresql'))
    .optional()
    .describe(
      "PostgreSQL with a role that may create roles and databases, for `setup database`. Its certificates are in the URL, as libpq's `sslrootcert`, `sslcert` and `sslkey`. Without it the schema is migrated only.",
    ),
  secretsDirectory: secretsDirectory.optional(),
});
export type DatabaseSetupConfig = z.output<typeof databaseSetupConfig>;

export const caSetupConfig = z.object({
  ...databaseUrlConfig,
  secretsDirectory: secretsDirectory.optional(),
});
export type CaSetupConfig = z.output<typeof caSetupConfig>;

/** How long a server keeps something, in days; undefined leaves it as it is. */
export const retentionDays = () => z.coerce.number().int().min(1).max(3_650).optional();

export const temporalSetupConfig = z.object({
  ...temporalServerConfig,
  temporalRetentionDays: retentionDays().describe(
    'How long Temporal keeps the history of a workflow that has ended. By default 3 days in a new namespace; an existing one stays as it is.',
  ),
});
export type TemporalSetupConfig = z.output<typeof temporalSetupConfig>;
