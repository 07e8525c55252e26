import { defaultCrlTiming, type CrlTiming } from '#activities/publication';
import { backdatingConfig, organisationSchema, profileConfig, weakKeysConfig } from '#libs/ca';
import {
  databaseConfig,
  environmentConfig,
  fromKey,
  integer,
  isSandboxHost,
  milliseconds,
  processConfig,
  secretText,
  temporalConfig,
} from '#libs/config';
import { z } from 'zod';

/** Where the issuing CA lies, and what opens its keys. */
const authorityConfig = {
  caDirectory: z.string().min(1).default('.reseal/ca'),
  /** Opens the key files. Best given by file: RESEAL_CA_PASSPHRASE_FILE. */
  caPassphrase: secretText(),
  /** Where keys of new generations are made; keys that are there already stay where they are. */
  caKeyStore: z.enum(['file', 'pkcs11']).default('file'),
  /** Path of the PKCS#11 library of the token that holds keys. */
  pkcs11Module: z.string().min(1).optional(),
  /** The token's label. */
  pkcs11Token: z.string().min(1).optional(),
  /** The user's PIN. Best given by file: RESEAL_PKCS11_PIN_FILE. */
  pkcs11Pin: secretText().optional(),
  /** How long the token may take for one signature before it counts as lost. */
  pkcs11TimeoutMs: milliseconds(5_000),
  /** How many signatures may wait for the token; one more is refused at once. */
  pkcs11QueueLimit: integer(256, { min: 1 }),
};
export type AuthorityConfig = z.output<z.ZodObject<typeof authorityConfig>>;

/** Where each signer writes what it signs, apart from the database: a directory. Without it a restore finds less. */
const journalConfig = { signerJournal: z.string().min(1).optional() };

const crlConfig = {
  /** How old a CRL becomes before the next is made although nothing has changed. */
  crlRefreshMs: milliseconds(defaultCrlTiming.refreshMs),
  /** How long a CRL may be used (`nextUpdate` minus `thisUpdate`). */
  crlValidityMs: milliseconds(defaultCrlTiming.validityMs),
  /** How long a changed status may wait for its CRL until that is logged as an error. */
  crlLateAfterMs: milliseconds(defaultCrlTiming.lateAfterMs),
};

/** The timing of CRLs that a process was configured with. */
export function crlTimingOf(config: z.output<z.ZodObject<typeof crlConfig>>): CrlTiming {
  const { crlRefreshMs, crlValidityMs, crlLateAfterMs } = config;
  return { refreshMs: crlRefreshMs, validityMs: crlValidityMs, lateAfterMs: crlLateAfterMs };
}

/** Certificates carry the address for as long as they are valid. Relying parties ask by plain HTTP (RFC 5280 section 8). */
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
    ...temporalConfig,
    ...authorityConfig,
    ...profileConfig,
    ...backdatingConfig,
    ...weakKeysConfig,
    /** How often the CA's directory is looked at for a new generation. */
    caReloadMs: milliseconds(60_000),
    ...crlConfig,
    ...journalConfig,
    /** How long a changed status waits for others that share its CRL. */
    crlCollectMs: milliseconds(1_000),
  })
  .superRefine(refuseSandboxStatusUrl);
export type SignerConfig = z.output<typeof signerConfig>;

/** Of the operators' commands. The root's passphrase is asked for only by those that use the root. */
export const caConfig = z
  .object({
    ...environmentConfig,
    ...databaseConfig,
    ...authorityConfig,
    ...profileConfig,
    ...backdatingConfig,
    ...crlConfig,
    ...journalConfig,
    caRootDirectory: z.string().min(1).default('.reseal/ca-root'),
    /** Best given by file: RESEAL_CA_ROOT_PASSPHRASE_FILE. */
    caRootPassphrase: secretText().optional(),
    ocspDirectory: z.string().min(1).default('.reseal/ocsp'),
    /** Opens the OCSP responder's key files. Best given by file: RESEAL_OCSP_PASSPHRASE_FILE. */
    ocspPassphrase: secretText(),
    /** `o` in all names of this authority. The default keeps a test CA from posing as a real one. */
    organisation: fromKey('RESEAL_CA_ORGANISATION', organisationSchema.default('reseal-test')),
  })
  .superRefine(refuseSandboxStatusUrl);
export type CaConfig = z.output<typeof caConfig>;
