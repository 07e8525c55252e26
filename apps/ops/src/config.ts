import {
  archiveConfig,
  auditKeys,
  auditOriginConfig,
  databaseConfig,
  directDatabaseConfig,
  httpConfig,
  integer,
  list,
  milliseconds,
  plainHttpConfig,
  receiptPublicKeysConfig,
  refuseDevelopmentAddresses,
  staffIssuerConfig,
  temporalConfig,
  url,
  withoutPrivateKeys,
} from '#libs/config';
import { defaultDeadlines } from '#libs/domain';
import { webhookConfig } from '#libs/webhooks';
import { z } from 'zod';

/** Asymmetric signatures only: with HMAC or `none` a verifier could also sign (RFC 8725 section 3.1). */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS256'] as const;

export const opsConfig = z
  .object({
    ...httpConfig('RESEAL_OPS_PORT', 3001),
    ...plainHttpConfig,
    ...databaseConfig,
    ...directDatabaseConfig,
    ...temporalConfig,
    ...staffIssuerConfig,
    oidcAudience: z
      .string()
      .min(1)
      .default('reseal-ops')
      .describe('Audience that access tokens of the staff must have.'),
    oidcAlgorithms: list
      .pipe(z.array(z.enum(algorithms)).min(1))
      .default(['ES256', 'EdDSA', 'RS256', 'PS256'])
      .describe('Signature algorithms that are accepted in tokens of the staff.'),
    oidcClockToleranceSeconds: integer(30, { max: 300 }).describe(
      "Largest difference between the clocks of the app and of the staff's issuer.",
    ),
    auditPublicKeys: auditKeys
      .refine(withoutPrivateKeys, { message: 'must hold public keys only' })
      .describe(
        'Public keys that verify checkpoints of the audit log and evidence: those of `RESEAL_AUDIT_KEYS`.',
      ),
    ...auditOriginConfig,
    receiptPublicKeys: receiptPublicKeysConfig.receiptPublicKeys.optional(),
    parkedDeadlineMs: milliseconds(defaultDeadlines.untilAbandonedMs, { min: 1 }).describe(
      'Time after which a parked reissue is abandoned. The worker decides it; the console shows it.',
    ),
    ...archiveConfig,
    changesHeartbeatMs: milliseconds(15_000, { min: 10, max: 60_000 }).describe(
      'Silence on a stream of changes after which a heartbeat is sent.',
    ),
    ocspUrl: url('http', 'https')
      .optional()
      .describe(
        'The OCSP responder as this process reaches it, e.g. `http://status:3002/ocsp`: the console shows its answer about a certificate. Without it, the console says that it was not asked.',
      ),
    ...webhookConfig,
    temporalUiUrl: url('http', 'https')
      .optional()
      .describe(
        "Address of Temporal's web UI: the console links to it, and only its origin may decode payloads.",
      ),
  })
  .superRefine(refuseDevelopmentAddresses('oidcIssuer', 'temporalUiUrl'));

export type OpsConfig = z.output<typeof opsConfig>;
