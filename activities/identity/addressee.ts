import type { Carrier, IdentityMethod } from '#libs/domain';
import type { CustomerRow } from '#libs/db/customers';
import type { ReissueRow } from '#libs/db/reissues';

/** The number an applicant's code goes to, digits only: the one they named, otherwise the one on file. */
export function mobileOf(row: ReissueRow, customer: CustomerRow | undefined): string | undefined {
  return row.applicant_mobile ?? customer?.mobile;
}

/** The carrier of that number, where it is known. */
export function carrierOf(row: ReissueRow, customer: CustomerRow | undefined): Carrier | undefined {
  if (row.applicant_carrier) return row.applicant_carrier;
  return row.applicant_mobile && row.applicant_mobile !== customer?.mobile
    ? undefined
    : ((customer?.carrier as Carrier | null | undefined) ?? undefined);
}

/**
 * Whether a challenge finds anybody. Where it does not, nothing leaves the bank, and to the applicant it looks the
 * same. What the customer has already, a document or a certificate, needs no address.
 */
export function isDeliverable(
  method: IdentityMethod,
  row: ReissueRow,
  customer: CustomerRow | undefined,
): boolean {
  switch (method) {
    case 'PHONE_CODE':
      return mobileOf(row, customer) !== undefined;
    case 'ONE_WON':
      return customer !== undefined;
    case 'ID_DOCUMENT':
    case 'OLD_CERTIFICATE':
      return true;
  }
}

/**
 * Where a code goes, masked; empty where none is sent. Of what is on file digits are shown only to whoever named the
 * mobile number: a resident registration number could be guessed at, and found out by the digits of its owner's mobile
 * number. For a person whom the bank does not know an account is made up from the person key: always the same, and of
 * the same form as a real one.
 */
export function hintOf(method: IdentityMethod, row: ReissueRow, customer: CustomerRow | undefined): string {
  const { applicant_mobile: named } = row;
  switch (method) {
    case 'PHONE_CODE':
      return named ? `${named.slice(0, 3)}-****-${named.slice(-4)}` : '010-****-****';
    case 'ONE_WON':
      return named ? `****${lastFour(customer?.account_number ?? madeUp(row))}` : '********';
    case 'ID_DOCUMENT':
    case 'OLD_CERTIFICATE':
      return '';
  }
}

/** Digits from the person key. */
function madeUp(row: ReissueRow): string {
  return String(parseInt(row.person_key.slice(0, 12), 16));
}

function lastFour(digits: string): string {
  return digits.slice(-4).padStart(4, '0');
}
