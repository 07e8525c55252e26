import { renewalWindowDays, type Carrier } from '#libs/domain';
import type { Selectable } from 'kysely';
import type { SampleDocument, PersonTable } from '../database.js';

export const certificateHoldings = ['VALID', 'EXPIRING', 'EXPIRED', 'NONE'] as const;
/** The old certificate of a person: valid, about to expire, expired, or none. */
export type Holding = (typeof certificateHoldings)[number];

/** Optional traits of a person. */
export interface PersonKind {
  /** Whether the bank has the resident registration number (default true). */
  rrnOnFile?: boolean;
  /** Whether the person is a foreign resident, which the number shows (default false). */
  foreign?: boolean;
  /** Whether the number is from after October 2020, with six random digits (default false). */
  renumbered?: boolean;
}

/** A fictional customer of the bank, with the data and keys of such a person. */
export interface Person {
  personId: string;
  name: string;
  /** Digits only. */
  mobile: string;
  /** Carrier of the mobile number. */
  carrier: Carrier;
  email: string;
  /** 13 digits; its check digit is wrong on purpose. */
  rrn: string;
  /** Whether the bank has the number; without it no certificate is issued. */
  rrnOnFile: boolean;
  /** YYYY-MM-DD */
  birthDate: string;
  document: SampleDocument;
  account: { bank: string; number: string };
  certificatePassword: string;
  /** Connecting information (CI), 88 characters: the identifier of a person at verification agencies. */
  ci: string;
  holding: Holding;
  /** PEM */
  oldCertificate?: string;
  /** PEM, PKCS#8 */
  oldKey?: string;
  /** R of the old certificate's VID: 20 bytes, hexadecimal. */
  oldRandom?: string;
}

const dayMs = 86_400_000;

/** A certificate that expires after this instant is not about to expire. */
export function renewalWindowEnd(now: Date): Date {
  return new Date(now.getTime() + renewalWindowDays * dayMs);
}

/** The status of a certificate with this end date; it changes as time passes. */
export function holdingOf(notAfter: Date | null, now: Date): Holding {
  if (notAfter === null) return 'NONE';
  if (notAfter <= now) return 'EXPIRED';
  return notAfter <= renewalWindowEnd(now) ? 'EXPIRING' : 'VALID';
}

export function toPerson(row: Selectable<PersonTable>, now: Date): Person {
  return {
    personId: row.person_id,
    name: row.name,
    mobile: row.mobile,
    carrier: row.carrier,
    email: row.email,
    rrn: row.rrn,
    rrnOnFile: row.rrn_on_file,
    birthDate: row.birth_date,
    document: row.document,
    account: { bank: row.bank_code, number: row.account_number },
    certificatePassword: row.certificate_password,
    ci: row.ci,
    holding: holdingOf(row.not_after, now),
    ...(row.certificate === null ? {} : { oldCertificate: row.certificate }),
    ...(row.private_key === null ? {} : { oldKey: row.private_key }),
    ...(row.random === null ? {} : { oldRandom: row.random }),
  };
}
