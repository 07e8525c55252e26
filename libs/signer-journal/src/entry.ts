import { createHash } from 'node:crypto';

/** A certificate that the CA signed. It may not have been stored or delivered. Times in ISO 8601. */
export interface CertificateJournalEntry {
  readonly kind: 'CERTIFICATE';
  readonly at: string;
  readonly reissueId: string;
  readonly customerId: string;
  readonly serial: string;
  readonly issuer: string;
  readonly profile: string;
  readonly profileDigest: string;
  readonly policy: string;
  readonly basis: 'REISSUE' | 'RENEW' | 'NEW';
  readonly subject: string;
  readonly spkiSha256: string;
  readonly tbsDigest: string;
  readonly crlShard: number;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly createdAt: string;
  /** The certificate in DER, base64. */
  readonly der: string;
}

/** A CRL that the CA signed. */
export interface CrlJournalEntry {
  readonly kind: 'CRL';
  readonly at: string;
  readonly issuer: string;
  readonly shard: number;
  /** Decimal. */
  readonly number: string;
}

export type JournalEntry = CertificateJournalEntry | CrlJournalEntry;

/** The `previous` of the first line of a file. */
export const chainStart = '0'.repeat(64);

/** A line has the digest of the previous line, so that a changed or removed line is detected. */
export type JournalLine = JournalEntry & { readonly previous: string };

/** SHA-256 of a line without its line feed, hexadecimal. */
export const digestOfLine = (line: string): string => createHash('sha256').update(line).digest('hex');

export const journalExtension = '.jsonl';
