import { checkpointConfig, databaseConfig, journalConfig, kafkaConfig, temporalConfig } from '#libs/config';
import { z } from 'zod';

/** Configuration of `setup`: the owner's database, and the records outside it that survive a restore. */
export const setupConfig = z.object({
  ...databaseConfig,
  ...temporalConfig,
  ...kafkaConfig,
  ...journalConfig,
  ...checkpointConfig,
});
export type SetupConfig = z.output<typeof setupConfig>;
