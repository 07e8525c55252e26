import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isNameable } from './distinguished-name.js';

/** Numbers of the named bits of KeyUsage (RFC 5280 section 4.2.1.3). */
export const keyUsageBits = { digitalSignature: 0, nonRepudiation: 1 } as const;

/** Key types of personal certificates. */
export const keyTypes = ['EC-P256', 'RSA-2048', 'RSA-3072', 'RSA-4096'] as const;
export type KeyType = (typeof keyTypes)[number];

/** A value for a distinguished name: RFC 5280 appendix A, RFC 4518 section 2. */
export const bankNameSchema = z
  .string()
  .min(1)
  .max(64)
  .refine(isNameable, { message: 'has a character that is not allowed in names' });
/** `o` of a CA. Its common names are longer, up to `<organisation> Issuing CA <number> OCSP`, and limited to 64 characters. */
export const organisationSchema = bankNameSchema.max(40);
export const codeSchema = z.string().regex(/^\d{3}$/, 'must be three digits');
const distinct = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .min(1)
    .refine((items) => new Set(items).size === items.length, { message: 'lists a value twice' })
    .readonly();

/** Address for status queries of relying parties. Plain HTTP, because TLS would need a status query first. */
export const statusUrlSchema = z.string().refine(isStatusUrl, {
  message: 'must be an http:// URL of at most 200 characters without user, query, fragment or final slash',
});

/** The common properties of all certificates of one kind. The profile's digest is stored with each certificate. */
export const certificateProfile = z
  .strictObject({
    /** A name for people; two profiles are compared by their digests. */
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9./-]{0,63}$/, 'must be at most 64 of a-z, 0-9, dot, slash and hyphen'),
    /** Certificate policy OID. */
    policy: z
      .string()
      .refine(isObjectIdentifier, { message: 'must be an object identifier such as 1.2.410' }),
    /** Key types that are certified. Front ends make a key of the first one. */
    keyTypes: distinct(z.enum(keyTypes)),
    keyUsage: distinct(z.enum(['digitalSignature', 'nonRepudiation'])),
    /** Validity of new and renewed certificates; a reissue keeps the end of the old certificate. */
    validityYears: z.int().min(1).max(5),
    /** Number of CRLs that the certificates are distributed over. */
    crlShards: z.int().min(1).max(1024),
    /** Base of the addresses of CRLs, OCSP and CA certificates. */
    statusUrl: statusUrlSchema,
    /** For the subject: `ou` of the bank, and the codes at the start of the digits. */
    bank: z.strictObject({ name: bankNameSchema, code: codeSchema }).readonly(),
    registrationCode: codeSchema,
  })
  .readonly();
export type CertificateProfile = z.output<typeof certificateProfile>;

/** The settings in which banks with the same profile differ. */
export type ProfileSettings = Pick<CertificateProfile, 'bank' | 'statusUrl'>;

/** The personal certificate for banking, cards and insurance. RSA comes first, because much Korean software opens no EC keys. */
export function personalBankProfile({ bank, statusUrl }: ProfileSettings): CertificateProfile {
  return {
    id: 'personal-bank/3',
    policy: '1.2.410.200005.1.1.4',
    keyTypes: ['RSA-2048', 'EC-P256'],
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    validityYears: 1,
    crlShards: 16,
    statusUrl,
    bank,
    registrationCode: '041',
  };
}

/** The same profile with RSA keys only, for a bank whose relying parties support no others. */
export function personalBankRsaProfile(settings: ProfileSettings): CertificateProfile {
  return { ...personalBankProfile(settings), id: 'personal-bank-rsa/3', keyTypes: ['RSA-2048'] };
}

/** A profile as JSON with sorted keys and without white space (RFC 8785): the text that is digested. */
export function canonicalProfile(profile: CertificateProfile): string {
  return JSON.stringify(profile, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** SHA-256 of a profile, in hexadecimal. It records which profile a certificate was issued with. */
export function profileDigest(profile: CertificateProfile): string {
  return createHash('sha256').update(canonicalProfile(profile)).digest('hex');
}

/** The profile is not valid; the message has a line for each field. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
  constructor(readonly problems: readonly string[]) {
    super(
      ['The certificate profile is not usable:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
    );
  }
}

/**
 * Parses a profile from JSON: the text of {@link canonicalProfile}, or one written by hand.
 * @throws {ProfileError} with every field that is missing or wrong
 */
export function parseProfile(document: string): CertificateProfile {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    throw new ProfileError(['it is not JSON']);
  }
  const result = certificateProfile.safeParse(value);
  if (result.success) return result.data;
  throw new ProfileError(
    result.error.issues.map(({ path, message }) => `${path.join('.') || 'the document'}: ${message}`),
  );
}

function isStatusUrl(text: string): boolean {
  const url = URL.parse(text);
  // The URL must be in the form of the URL parser: then it is ASCII, and all software reads it in the same way.
  const plain = url && `http://${url.host}${url.pathname === '/' ? '' : url.pathname}`;
  return text === plain && !text.endsWith('/') && text.length <= 200;
}

function isObjectIdentifier(text: string): boolean {
  if (!/^[0-2](\.(0|[1-9]\d{0,14})){2,19}$/.test(text)) return false;
  const [first, second] = text.split('.').map(Number);
  return first === 2 || second! < 40;
}
