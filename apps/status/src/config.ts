import { backdatingConfig } from '#libs/ca';
import { databaseConfig, httpConfig, integer, milliseconds, secretText } from '#libs/config';
import { z } from 'zod';

export const statusConfig = z.object({
  ...httpConfig('RESEAL_STATUS_PORT', 3002),
  ...databaseConfig,
  /** Where the OCSP responder's keys and certificates lie, one pair for each issuing CA. */
  ocspDirectory: z.string().min(1).default('.reseal/ocsp'),
  /** Opens the key files. Best given by file: RESEAL_OCSP_PASSPHRASE_FILE. */
  ocspPassphrase: secretText(),
  ...backdatingConfig,
  /** How long whoever asked may rely on an OCSP answer (`nextUpdate` minus `thisUpdate`). */
  ocspValidityMs: milliseconds(3_600_000),
  /** How long HTTP caches on the way may keep an OCSP answer: so much later they show a revocation. */
  ocspMaxAgeMs: milliseconds(60_000),
  /** How many certificates' signed answers are kept in memory; 0 signs each answer anew. */
  ocspCacheSize: integer(20_000),
  /** How long HTTP caches on the way may keep the newest CRL. */
  crlMaxAgeMs: milliseconds(60_000),
  /** How often it is looked for new issuing CAs and new OCSP keys. */
  statusReloadMs: milliseconds(10_000),
});
export type StatusConfig = z.output<typeof statusConfig>;
