import type { Carrier, IdentityMethod } from '#libs/domain';
import type { CustomerRow, ReissueRow } from '#libs/db';

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
 * Where a code goes, masked; empty where none is sent. For a person the bank does not know, number and account are
 * made up from the person key: always the same, and of the same form as real ones.
 */
export function hintOf(method: IdentityMethod, row: ReissueRow, customer: CustomerRow | undefined): string {
  switch (method) {
    case 'PHONE_CODE': {
      const mobile = mobileOf(row, customer) ?? `010${madeUp(row, 12)}`;
      return `${mobile.slice(0, 3)}-****-${mobile.slice(-4)}`;
    }
    case 'ONE_WON':
      return `****${lastFour(customer?.account_number ?? madeUp(row, 0))}`;
    case 'ID_DOCUMENT':
    case 'OLD_CERTIFICATE':
      return '';
  }
}

/** Digits from twelve hexadecimal ones of the person key, from `start`. */
function madeUp(row: ReissueRow, start: number): string {
  return lastFour(String(parseInt(row.person_key.slice(start, start + 12), 16)));
}

function lastFour(digits: string): string {
  return digits.slice(-4).padStart(4, '0');
}
