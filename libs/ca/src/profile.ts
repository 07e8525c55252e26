import { createHash } from 'node:crypto';

/** Numbers of the named bits of KeyUsage (RFC 5280 section 4.2.1.3). */
export const keyUsageBits = { digitalSignature: 0, nonRepudiation: 1 } as const;

/** What all certificates of one kind have in common, as data: its digest is kept with each certificate. */
export interface CertificateProfile {
  readonly id: string;
  /** Certificate policy OID. */
  readonly policy: string;
  readonly keyUsage: readonly (keyof typeof keyUsageBits)[];
  /** How many CRLs share the population. */
  readonly crlShards: number;
  /** For the subject's name: `ou` of the bank, and the codes its digits begin with. */
  readonly bank: { readonly name: string; readonly code: string };
  readonly registrationCode: string;
}

/** The personal certificate for banking, cards and insurance. */
export function personalBankProfile(bank: CertificateProfile['bank']): CertificateProfile {
  return {
    id: 'personal-bank/1',
    policy: '1.2.410.200005.1.1.4',
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    crlShards: 16,
    bank,
    registrationCode: '041',
  };
}

/** SHA-256 of a profile, in hexadecimal: shows later by which rules a certificate was made. */
export function profileDigest(profile: CertificateProfile): string {
  const { id, policy, keyUsage, crlShards, bank, registrationCode } = profile;
  const canonical = [id, policy, keyUsage, crlShards, bank.name, bank.code, registrationCode];
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex');
}
