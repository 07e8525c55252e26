import { renewalWindowDays, type Carrier } from '#libs/domain';
import type { Selectable } from 'kysely';
import type { IdentityDocument, PersonTable } from '../database.js';

export const HOLDINGS = ['VALID', 'EXPIRING', 'EXPIRED', 'NONE'] as const;
/** What certificate a person came with: in force for long, about to expire, expired, or none. */
export type Holding = (typeof HOLDINGS)[number];

/** What sets people apart from the usual ones. */
export interface PersonKind {
  /** Whether the bank gets to know their resident registration numbers (it does). */
  rrnOnFile?: boolean;
  /** Whether they are foreign residents, which their numbers say (no). */
  foreign?: boolean;
  /** Whether they were given their numbers after October 2020, with six random digits (no). */
  renumbered?: boolean;
}

/** A fictional customer of the bank, with everything such a person knows and holds. */
export interface Person {
  personId: string;
  name: string;
  /** Digits only. */
  mobile: string;
  /** Of the mobile number. */
  carrier: Carrier;
  email: string;
  /** 13 digits; its check digit is wrong on purpose. */
  rrn: string;
  /** Whether the bank knows it; without it nobody gets a certificate. */
  rrnOnFile: boolean;
  /** YYYY-MM-DD */
  birthDate: string;
  document: IdentityDocument;
  account: { bank: string; number: string };
  certificatePassword: string;
  /** Connecting information, 88 characters: what verification agencies know a person by. */
  ci: string;
  holding: Holding;
  /** PEM */
  oldCertificate?: string;
  /** PEM, PKCS#8 */
  oldKey?: string;
  /** R of the old certificate's VID: 20 bytes, hexadecimal. */
  oldRandom?: string;
}

const DAY_MS = 86_400_000;

/** The instant from which a certificate that ends later is not about to expire. */
export function renewalWindowEnd(now: Date): Date {
  return new Date(now.getTime() + renewalWindowDays * DAY_MS);
}

/** What a certificate with this end means today; as time passes a valid one begins to expire. */
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
