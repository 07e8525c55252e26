import {
  readIdentityDocument,
  readResidentNumber,
  type IdentifierKind,
  type Carrier,
  type IdentityDocument,
  type Particulars,
  type RefusalCode,
  type ResidentNumber,
  type StartReissue,
} from '#libs/domain';
import type { RoleTx } from '#libs/db';
import { findCustomer, findCustomerByRrn, type ClaimedCustomer } from '#libs/db/customers';
import { rrnLookups } from '#libs/vault';
import type { Secrets } from '#activities/step';
import type { ApplicantContext } from './context.js';

/** The identity that an applicant claims, with its secrets opened. It is never stored in this form. */
export interface ClaimedIdentity {
  readonly identifierKind: IdentifierKind;
  readonly name: string;
  /** The identifier: a mobile number (digits only), or a resident registration number. */
  readonly number: string;
  readonly mobile: string | null;
  readonly carrier: Carrier | null;
  /** Details for the audit trail, without personal data. */
  readonly remarks: Readonly<Record<string, unknown>>;
}

/** Reads the claimed identity. No customer is looked up, so that a refusal does not reveal who is one. */
export async function readClaimedIdentity(
  { secrets }: Pick<ApplicantContext, 'secrets'>,
  { applicant, reissueId, apiKeyName, keyThumbprint }: StartReissue,
  now: Date,
): Promise<ClaimedIdentity | RefusalCode> {
  // There is no row yet. The new row will name this front end and this key.
  const sealedFor = { sub: reissueId, client: apiKeyName, keyThumbprint };
  const particulars = await particularsOf(secrets, applicant, reissueId);
  if (!particulars) return 'ENVELOPE_REFUSED';
  const { name } = particulars;
  if ('rrn' in applicant) {
    const text = await secrets.openFor(applicant.rrn, 'rrn', sealedFor);
    if (text === undefined) return 'ENVELOPE_REFUSED';
    const number = readResidentNumber(text, now);
    return number ? claimByNumber('RRN', name, number) : 'APPLICANT_INVALID';
  }
  if (!('document' in applicant)) {
    const { mobile, carrier } = particulars;
    if (mobile === undefined) return 'APPLICANT_INVALID';
    return { identifierKind: 'MOBILE', name, number: mobile, mobile, carrier: carrier ?? null, remarks: {} };
  }
  const json = await secrets.openFor(applicant.document, 'document', sealedFor);
  if (json === undefined) return 'ENVELOPE_REFUSED';
  const document = readIdentityDocument(json, now);
  return document ? claimByNumber('DOCUMENT', name, document.number, document) : 'APPLICANT_INVALID';
}

async function particularsOf(
  secrets: Secrets,
  applicant: StartReissue['applicant'],
  reissueId: string,
): Promise<Particulars | undefined> {
  return 'particulars' in applicant ? secrets.openParticulars(applicant.particulars, reissueId) : applicant;
}

function claimByNumber(
  identifierKind: IdentifierKind,
  name: string,
  { digits, foreign, checkDigitFits }: ResidentNumber,
  document?: IdentityDocument,
): ClaimedIdentity {
  const remarks = { foreign, checkDigitFits, ...(document ? { document: document.type } : {}) };
  return { identifierKind, name, number: digits, mobile: null, carrier: null, remarks };
}

/** Finds the customer with the claimed name and identifier, and the certificate on file. The claim proves nothing yet. */
export async function findClaimedCustomer(
  tx: RoleTx<'worker'>,
  { registryKeys }: Pick<ApplicantContext, 'registryKeys'>,
  { identifierKind, name, number }: ClaimedIdentity,
): Promise<ClaimedCustomer | undefined> {
  return identifierKind === 'MOBILE'
    ? findCustomer(tx, name, number)
    : findCustomerByRrn(tx, name, rrnLookups(registryKeys, number));
}
