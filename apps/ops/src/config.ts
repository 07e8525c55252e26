import { databaseConfig, httpConfig, integer, jsonWebKeySet, list, temporalConfig, url } from '#libs/config';
import { z } from 'zod';

/** Asymmetric signatures only: with HMAC or `none` whoever verifies could also sign (RFC 8725 section 3.1). */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS256'] as const;

export const configSchema = z.object({
  ...httpConfig('RESEAL_OPS_PORT', 3001),
  ...databaseConfig,
  ...temporalConfig,
  /** Who signs staff in (OpenID Connect); its keys are found by discovery. */
  oidcIssuer: url('http', 'https'),
  /** For whom its tokens must be made. */
  oidcAudience: z.string().min(1).default('reseal-ops'),
  oidcAlgorithms: list.pipe(z.array(z.enum(algorithms)).min(1)).default(['ES256', 'EdDSA', 'RS256', 'PS256']),
  /** The claim that lists a person's roles. */
  oidcRolesClaim: z.string().min(1).default('roles'),
  /** By which name the console signs people in. */
  oidcClientId: z.string().min(1).default('reseal-console'),
  /** By how many seconds the issuer's clock may differ. */
  oidcClockToleranceSeconds: integer(30, { max: 300 }),
  /** By which checkpoints and evidence are verified. */
  auditPublicKeys: jsonWebKeySet
    .refine(({ keys }) => keys.every((key) => key['d'] === undefined), {
      message: 'must hold public keys only',
    })
    .optional(),
  /** Where Temporal's own page is, for links into it. */
  temporalUiUrl: url('http', 'https').optional(),
});

export type Config = z.output<typeof configSchema>;
