import { json, milliseconds, secretText, withForm } from '#libs/config';
import { z } from 'zod';
import {
  bankNameSchema,
  certificateProfile,
  codeSchema,
  personalBankProfile,
  personalBankRsaProfile,
  statusUrlSchema,
  type CertificateProfile,
  type KeyType,
} from './profile.js';

const shipped = {
  'personal-bank': personalBankProfile,
  'personal-bank-rsa': personalBankRsaProfile,
} as const;

/** Settings that choose the certificate profile, for the configuration of an app that only publishes what it permits. */
export const profileChoiceConfig = {
  profile: json(certificateProfile)
    .optional()
    .describe('A whole certificate profile, in place of the following four settings. Best given by file.'),
  profileName: z
    .enum(['personal-bank', 'personal-bank-rsa'])
    .default('personal-bank')
    .describe(
      'Shipped certificate profile: `personal-bank` has RSA keys and permits EC keys, `personal-bank-rsa` permits RSA keys only.',
    ),
};

/**
 * Settings of the certificate profile, for the configuration of an app. `RESEAL_PROFILE_FILE` names a JSON document with
 * a {@link CertificateProfile}; without it, the shipped profile `RESEAL_PROFILE_NAME` is used with the bank's settings.
 */
export const profileConfig = {
  ...profileChoiceConfig,
  bankName: bankNameSchema
    .default('RESEAL')
    .describe('Name of the bank in the names of certificate holders (`ou`).'),
  bankCode: codeSchema
    .default('999')
    .describe('Three-digit code of the bank in the names of certificate holders.'),
  statusUrl: withForm(statusUrlSchema, { unit: 'URL (http)' })
    .default('http://127.0.0.1:3002')
    .describe('Base of the addresses of CRLs, OCSP and CA certificates that certificates contain.'),
};

/** The configured profile of an app. */
export function loadProfile(config: z.output<z.ZodObject<typeof profileConfig>>): CertificateProfile {
  const { profile, profileName, bankName, bankCode, statusUrl } = config;
  return profile ?? shipped[profileName]({ bank: { name: bankName, code: bankCode }, statusUrl });
}

/** The key types of the configured profile, the preferred one first. */
export function configuredKeyTypes({
  profile,
  profileName,
}: z.output<z.ZodObject<typeof profileChoiceConfig>>): readonly KeyType[] {
  const anyBank = { bank: { name: '', code: '' }, statusUrl: '' };
  return (profile ?? shipped[profileName](anyBank)).keyTypes;
}

/** Backdating for relying parties whose clocks are slow: they reject certificates and lists from the future. */
export const backdatingConfig = {
  backdateMs: milliseconds(300_000).describe(
    'Time by which `notBefore` of certificates and `thisUpdate` of CRLs and OCSP answers lie in the past.',
  ),
};

/** Keys and certificates of the OCSP responder, one pair for each issuing CA. */
export const ocspKeysConfig = {
  ocspDirectory: z
    .string()
    .min(1)
    .default('.reseal/ocsp')
    .describe("The OCSP responder's certificates and key files, one pair for each issuing CA."),
  ocspPassphrase: secretText().describe("Passphrase of the OCSP responder's key files."),
};
