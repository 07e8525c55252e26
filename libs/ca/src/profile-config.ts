import { json, milliseconds } from '#libs/config';
import { z } from 'zod';
import {
  bankNameSchema,
  certificateProfile,
  codeSchema,
  personalBankProfile,
  personalBankRsaProfile,
  statusUrlSchema,
  type CertificateProfile,
} from './profile.js';

const shipped = {
  'personal-bank': personalBankProfile,
  'personal-bank-rsa': personalBankRsaProfile,
} as const;

/**
 * Configuration of the certificate profile, to be spread into an application's. `RESEAL_PROFILE_FILE` names a
 * JSON document of a {@link CertificateProfile}; without it, the shipped profile of `RESEAL_PROFILE_NAME` is made
 * for this bank.
 */
export const profileConfig = {
  /** A whole profile as JSON, best given by file. */
  profile: json(certificateProfile).optional(),
  profileName: z.enum(['personal-bank', 'personal-bank-rsa']).default('personal-bank'),
  /** How the bank is called in the names of its certificate holders (`ou`). */
  bankName: bankNameSchema.default('RESEAL'),
  /** The bank's three-digit code, in the digits of those names. */
  bankCode: codeSchema.default('999'),
  /** Base of the addresses for CRLs, OCSP and CA certificates that certificates carry. */
  statusUrl: statusUrlSchema.default('http://127.0.0.1:3002'),
};

/** The profile that an application was configured with. */
export function loadProfile(config: z.output<z.ZodObject<typeof profileConfig>>): CertificateProfile {
  const { profile, profileName, bankName, bankCode, statusUrl } = config;
  return profile ?? shipped[profileName]({ bank: { name: bankName, code: bankCode }, statusUrl });
}

/**
 * By how much what is issued is backdated, in milliseconds: `notBefore` of certificates, `thisUpdate` of CRLs and OCSP
 * answers. Who checks them by a clock that is behind would refuse what is from the future.
 */
export const backdatingConfig = { backdateMs: milliseconds(300_000) };
