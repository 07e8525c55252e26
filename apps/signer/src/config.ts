import { defaultCrlTiming, type CrlTiming } from '#activities/publication';
import {
  backdatingConfig,
  ocspKeysConfig,
  organisationSchema,
  profileConfig,
  weakKeysConfig,
} from '#libs/ca';
import {
  count,
  databaseConfig,
  directDatabaseConfig,
  environmentConfig,
  fromKey,
  isSandboxHost,
  journalConfig,
  milliseconds,
  processConfig,
  secretText,
  temporalConfig,
  withForm,
} from '#libs/config';
import { z } from 'zod';

/** The issuing CA's keys. */
const authorityConfig = {
  caDirectory: z
    .string()
    .min(1)
    .default('.reseal/ca')
    .describe("The issuing CA's certificates and key files."),
  caPassphrase: secretText().describe("Passphrase of the issuing CA's key files."),
  caKeyStore: z
    .enum(['file', 'pkcs11'])
    .default('file')
    .describe('Where keys of new generations are made. Existing keys stay where they are.'),
  pkcs11Module: withForm(z.string().min(1), { unit: 'file' })
    .optional()
    .describe('PKCS#11 library of the token that holds keys.'),
  pkcs11Token: z.string().min(1).optional().describe('Label of the token.'),
  pkcs11Pin: secretText().optional().describe("PIN of the token's user."),
  pkcs11TimeoutMs: milliseconds(5_000).describe(
    'Time limit of one signature of the token. Beyond it the session counts as lost.',
  ),
  pkcs11QueueLimit: count(256, { min: 1 }).describe(
    'Signatures that may wait for the token. Further ones are refused at once.',
  ),
};
export type AuthorityConfig = z.output<z.ZodObject<typeof authorityConfig>>;

const crlConfig = {
  crlRefreshMs: milliseconds(defaultCrlTiming.refreshMs).describe(
    'Age at which a CRL is replaced although nothing has changed.',
  ),
  crlValidityMs: milliseconds(defaultCrlTiming.validityMs).describe(
    'Validity of a CRL (`nextUpdate` minus `thisUpdate`).',
  ),
  crlLateAfterMs: milliseconds(defaultCrlTiming.lateAfterMs).describe(
    'Time that a changed status may wait for its CRL. A longer wait is logged as an error.',
  ),
};

/** The configured timing of CRLs. */
export function crlTimingOf(config: z.output<z.ZodObject<typeof crlConfig>>): CrlTiming {
  const { crlRefreshMs, crlValidityMs, crlLateAfterMs } = config;
  return { refreshMs: crlRefreshMs, validityMs: crlValidityMs, lateAfterMs: crlLateAfterMs };
}

/**
 * Refuses a sandbox address in production. Certificates contain the address for as long as they are valid, and relying
 * parties use plain HTTP (RFC 5280 section 8).
 */
function refuseSandboxStatusUrl(
  { env, statusUrl, profile }: z.output<z.ZodObject<typeof environmentConfig & typeof profileConfig>>,
  context: z.RefinementCtx,
): void {
  if (env !== 'production' || !isSandboxHost(new URL(profile?.statusUrl ?? statusUrl).hostname)) return;
  const message = 'must not lead to this machine or to a sandbox in production';
  context.addIssue({ code: 'custom', path: [profile ? 'profile' : 'statusUrl'], message });
}

export const signerConfig = z
  .object({
    ...processConfig(3005),
    ...databaseConfig,
    ...directDatabaseConfig,
    ...temporalConfig,
    ...authorityConfig,
    ...profileConfig,
    ...backdatingConfig,
    ...weakKeysConfig,
    caReloadMs: milliseconds(60_000).describe(
      "Interval at which the signer looks for a new generation in the CA's directory.",
    ),
    ...crlConfig,
    ...journalConfig,
    crlCollectMs: milliseconds(1_000).describe(
      'Time that a changed status waits for other changes to the same CRL.',
    ),
  })
  .superRefine(refuseSandboxStatusUrl);
export type SignerConfig = z.output<typeof signerConfig>;

/** Configuration of `npm run ca`. Only commands that use the root need its passphrase. */
export const caConfig = z
  .object({
    ...environmentConfig,
    ...databaseConfig,
    ...authorityConfig,
    ...profileConfig,
    ...backdatingConfig,
    ...crlConfig,
    ...journalConfig,
    caRootDirectory: z
      .string()
      .min(1)
      .default('.reseal/ca-root')
      .describe("The root CA's certificate and key file."),
    caRootPassphrase: secretText()
      .optional()
      .describe("Passphrase of the root's key file. Only commands that use the root need it."),
    ...ocspKeysConfig,
    organisation: fromKey(
      'RESEAL_CA_ORGANISATION',
      organisationSchema
        .default('reseal-test')
        .describe('`o` in all names of a new authority, 40 characters at most. The default marks a test CA.'),
    ),
  })
  .superRefine(refuseSandboxStatusUrl);
export type CaConfig = z.output<typeof caConfig>;
