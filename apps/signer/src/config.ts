import { profileConfig } from '#libs/ca';
import { databaseConfig, fromKey, httpConfig, temporalConfig } from '#libs/config';
import { z } from 'zod';

/** Where the certificate authority lies, and what opens its key files. */
const authorityConfig = {
  caDirectory: z.string().default('.reseal/ca'),
  /** Best given by file: RESEAL_CA_PASSPHRASE_FILE. */
  caPassphrase: z.string().min(1),
};

export const signerConfig = z.object({
  ...httpConfig('RESEAL_SIGNER_PORT', 3005),
  ...databaseConfig,
  ...temporalConfig,
  ...authorityConfig,
  ...profileConfig,
});
export type SignerConfig = z.output<typeof signerConfig>;

export const caInitConfig = z.object({
  ...authorityConfig,
  /** `o` in all names of this authority. The default keeps a test CA from posing as a real one. */
  organisation: fromKey('RESEAL_CA_ORGANISATION', z.string().min(1).max(64).default('reseal-test')),
});
