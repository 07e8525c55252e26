import {
  auditKeys,
  databaseConfig,
  httpConfig,
  integer,
  jsonWebKeySet,
  list,
  staffIssuerConfig,
  plainHttpConfig,
  refuseDevelopmentAddresses,
  temporalConfig,
  url,
} from '#libs/config';
import { defaultDeadlines } from '#libs/domain';
import { webhookConfig } from '#libs/webhooks';
import { z } from 'zod';

/** Asymmetric signatures only: with HMAC or `none` whoever verifies could also sign (RFC 8725 section 3.1). */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS256'] as const;

const withoutPrivateKeys = ({ keys }: { readonly keys: readonly Readonly<Record<string, unknown>>[] }) =>
  keys.every((key) => key['d'] === undefined);

export const configSchema = z
  .object({
    ...httpConfig('RESEAL_OPS_PORT', 3001),
    ...plainHttpConfig,
    ...databaseConfig,
    ...temporalConfig,
    ...staffIssuerConfig,
    /** For whom its tokens must be made. */
    oidcAudience: z.string().min(1).default('reseal-ops'),
    oidcAlgorithms: list
      .pipe(z.array(z.enum(algorithms)).min(1))
      .default(['ES256', 'EdDSA', 'RS256', 'PS256']),
    /** By how many seconds the issuer's clock may differ. */
    oidcClockToleranceSeconds: integer(30, { max: 300 }),
    /** By which checkpoints and evidence are verified; public keys only. */
    auditPublicKeys: auditKeys.refine(withoutPrivateKeys, { message: 'must hold public keys only' }),
    /** Names the audit log in its checkpoints. */
    auditOrigin: z.string().min(1).default('reseal'),
    /** By which receipts of consents are verified; public keys only. */
    receiptPublicKeys: jsonWebKeySet
      .refine(withoutPrivateKeys, { message: 'must hold public keys only' })
      .optional(),
    /** As the worker has it: how long a parked reissue waits for an operator, in milliseconds. */
    parkedDeadlineMs: integer(defaultDeadlines.untilAbandonedMs, { min: 1 }),
    /** How often a stream of changes that is silent says that it is there, in milliseconds. */
    changesHeartbeatMs: integer(15_000, { min: 10, max: 60_000 }),
    ...webhookConfig,
    /** Where Temporal's own page is, for links into it. */
    temporalUiUrl: url('http', 'https').optional(),
  })
  .superRefine(refuseDevelopmentAddresses('oidcIssuer', 'temporalUiUrl'));

export type Config = z.output<typeof configSchema>;
