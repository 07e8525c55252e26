import { z } from 'zod';
import { kafkaSetupConfig } from './commands/kafka.js';
import { databaseSetupConfig, restoreConfig, secretsConfig, temporalSetupConfig } from './config.js';

/** All settings of the program, for its documentation. `setup ca` passes the settings of `npm run ca` on to it. */
export const setupConfig = z.object({
  ...restoreConfig.shape,
  ...secretsConfig.shape,
  ...databaseSetupConfig.shape,
  ...temporalSetupConfig.shape,
  ...kafkaSetupConfig.shape,
});
