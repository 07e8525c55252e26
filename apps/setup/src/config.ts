import { databaseConfig, kafkaConfig, temporalConfig } from '#libs/config';
import { z } from 'zod';

/** What `setup` works with: the owner's database, and all that knows what the database may have lost. */
export const setupConfig = z.object({
  ...databaseConfig,
  ...temporalConfig,
  ...kafkaConfig,
  eventSource: z.string().default('/reseal'),
  /** The directory with the journals of all signers. */
  signerJournal: z.string().min(1).optional(),
  /** Checkpoints of the audit log that are kept apart from the database. */
  checkpointFile: z.string().min(1).optional(),
});
export type SetupConfig = z.output<typeof setupConfig>;
