import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isNameable } from './distinguished-name.js';

/** Numbers of the named bits of KeyUsage (RFC 5280 section 4.2.1.3). */
export const keyUsageBits = { digitalSignature: 0, nonRepudiation: 1 } as const;

/** Kinds of keys that a person may have certified. */
export const keyTypes = ['EC-P256', 'RSA-2048', 'RSA-3072', 'RSA-4096'] as const;
export type KeyType = (typeof keyTypes)[number];

/** As in a distinguished name: RFC 5280 appendix A, RFC 4518 section 2. */
export const bankNameSchema = z
  .string()
  .min(1)
  .max(64)
  .refine(isNameable, { message: 'has a character that no name may have' });
/** `o` of a CA. Its common names say more, up to `<organisation> Issuing CA <number> OCSP`, and have 64 characters. */
export const organisationSchema = bankNameSchema.max(40);
export const codeSchema = z.string().regex(/^\d{3}$/, 'must be three digits');
const distinct = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .min(1)
    .refine((items) => new Set(items).size === items.length, { message: 'names one thing twice' })
    .readonly();

/** Where relying parties ask for status; plain HTTP, as asking over TLS would begin with this same question. */
export const statusUrlSchema = z.string().refine(isStatusUrl, {
  message: 'must be an http:// URL of at most 200 characters without user, query, fragment or final slash',
});

/** What all certificates of one kind have in common, as data: its digest is kept with each certificate. */
export const certificateProfile = z
  .strictObject({
    /** For people; the digest is what tells two profiles apart. */
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9./-]{0,63}$/, 'must be at most 64 of a-z, 0-9, dot, slash and hyphen'),
    /** Certificate policy OID. */
    policy: z
      .string()
      .refine(isObjectIdentifier, { message: 'must be an object identifier such as 1.2.410' }),
    /** Keys that are certified. */
    keyTypes: distinct(z.enum(keyTypes)),
    keyUsage: distinct(z.enum(['digitalSignature', 'nonRepudiation'])),
    /** How long new and renewed certificates last; a reissue keeps the end it finds. */
    validityYears: z.int().min(1).max(5),
    /** How many CRLs share the population. */
    crlShards: z.int().min(1).max(1024),
    /** Base of the addresses of CRLs, OCSP and CA certificates. */
    statusUrl: statusUrlSchema,
    /** For the subject's name: `ou` of the bank, and the codes its digits begin with. */
    bank: z.strictObject({ name: bankNameSchema, code: codeSchema }).readonly(),
    registrationCode: codeSchema,
  })
  .readonly();
export type CertificateProfile = z.output<typeof certificateProfile>;

/** What differs between two banks that use the same profile. */
export type ProfileSettings = Pick<CertificateProfile, 'bank' | 'statusUrl'>;

/** The personal certificate for banking, cards and insurance, for keys of either kind. */
export function personalBankProfile({ bank, statusUrl }: ProfileSettings): CertificateProfile {
  return {
    id: 'personal-bank/2',
    policy: '1.2.410.200005.1.1.4',
    keyTypes: ['EC-P256', 'RSA-2048'],
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    validityYears: 1,
    crlShards: 16,
    statusUrl,
    bank,
    registrationCode: '041',
  };
}

/** The same for RSA keys alone: some of the software that relies on these certificates knows no other. */
export function personalBankRsaProfile(settings: ProfileSettings): CertificateProfile {
  return { ...personalBankProfile(settings), id: 'personal-bank-rsa/2', keyTypes: ['RSA-2048'] };
}

/** A profile as JSON with sorted keys and no white space (RFC 8785): the text its digest covers. */
export function canonicalProfile(profile: CertificateProfile): string {
  return JSON.stringify(profile, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** SHA-256 of a profile, in hexadecimal: shows later by which rules a certificate was made. */
export function profileDigest(profile: CertificateProfile): string {
  return createHash('sha256').update(canonicalProfile(profile)).digest('hex');
}

/** The profile was written down wrongly; the message has a line for each field. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
  constructor(readonly problems: readonly string[]) {
    super(
      ['The certificate profile is not usable:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
    );
  }
}

/**
 * Reads a profile back from the text that {@link canonicalProfile} made of it, or from one that people wrote.
 * @throws {ProfileError} naming every field that is missing or wrong
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
  // Written as the URL parser writes it, so that it is ASCII and means the same to everyone.
  const plain = url && `http://${url.host}${url.pathname === '/' ? '' : url.pathname}`;
  return text === plain && !text.endsWith('/') && text.length <= 200;
}

function isObjectIdentifier(text: string): boolean {
  if (!/^[0-2](\.(0|[1-9]\d{0,14})){2,19}$/.test(text)) return false;
  const [first, second] = text.split('.').map(Number);
  return first === 2 || second! < 40;
}
