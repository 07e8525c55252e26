import { backdatingConfig, ocspKeysConfig } from '#libs/ca';
import { count, databaseConfig, directDatabaseConfig, httpConfig, milliseconds } from '#libs/config';
import { z } from 'zod';

export const statusConfig = z.object({
  ...httpConfig('RESEAL_STATUS_PORT', 3002),
  ...databaseConfig,
  ...directDatabaseConfig,
  ...ocspKeysConfig,
  ...backdatingConfig,
  ocspValidityMs: milliseconds(3_600_000).describe(
    'Validity of an OCSP answer (`nextUpdate` minus `thisUpdate`).',
  ),
  ocspMaxAgeMs: milliseconds(60_000).describe(
    'Time that HTTP caches may keep an OCSP answer. They show a revocation that much later.',
  ),
  ocspCacheSize: count(20_000).describe(
    'Certificates whose signed OCSP answers are kept in memory. With 0 each answer is signed on request.',
  ),
  crlMaxAgeMs: milliseconds(60_000).describe('Time that HTTP caches may keep the newest CRL.'),
  statusReloadMs: milliseconds(10_000).describe(
    'Interval at which the status app looks for new issuing CAs and new OCSP keys.',
  ),
});
export type StatusConfig = z.output<typeof statusConfig>;
