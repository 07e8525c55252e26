import type { Carrier, IdentityMethod } from '#libs/domain';
import type { CustomerRow } from '#libs/db/customers';
import type { ReissueRow } from '#libs/db/reissues';

/** Data on file; undefined or null for an unknown person. */
type Known<Data> = { readonly [Key in keyof Data]: Data[Key] | null } | undefined;

/** The number that receives the code, digits only: the one in the application, otherwise the one on file. */
export function mobileOf(
  row: Pick<ReissueRow, 'applicant_mobile'>,
  customer: Known<Pick<CustomerRow, 'mobile'>>,
): string | undefined {
  return row.applicant_mobile ?? customer?.mobile ?? undefined;
}

/** The carrier of that number, if it is known. */
export function carrierOf(
  row: Pick<ReissueRow, 'applicant_carrier' | 'applicant_mobile'>,
  customer: Known<Pick<CustomerRow, 'carrier' | 'mobile'>>,
): Carrier | undefined {
  if (row.applicant_carrier) return row.applicant_carrier;
  return row.applicant_mobile && row.applicant_mobile !== customer?.mobile
    ? undefined
    : (customer?.carrier ?? undefined);
}

/**
 * Whether a challenge has a destination. Without one nothing leaves the bank, and the applicant sees no difference. A
 * document or a certificate, which the customer already has, needs no destination.
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
 * The masked destination of a code; empty if no code is sent. Digits on file are shown only to an applicant who claimed the
 * identity by mobile number: otherwise a guessed resident registration number could be confirmed by the digits of its
 * owner's mobile number. For an unknown person an account is derived from the person key: always the same, and of the same
 * form as a real one.
 */
export function hintOf(method: IdentityMethod, row: ReissueRow, customer: CustomerRow | undefined): string {
  const { applicant_mobile: mobile } = row;
  switch (method) {
    case 'PHONE_CODE':
      return mobile ? `${mobile.slice(0, 3)}-****-${mobile.slice(-4)}` : '010-****-****';
    case 'ONE_WON':
      return mobile ? `****${lastFour(customer?.account_number ?? inventedAccountOf(row))}` : '********';
    case 'ID_DOCUMENT':
    case 'OLD_CERTIFICATE':
      return '';
  }
}

/**
 * The id by which the bank of the hint is looked up; null if the hint shows no part of an account. An unknown person gets the
 * bank of the customer whose id is next to one derived from the person key: always the same, and each bank as often as
 * customers have it.
 */
export function bankHolderOf(
  row: Pick<ReissueRow, 'applicant_mobile' | 'person_key'>,
  customer: Pick<CustomerRow, 'customer_id'> | undefined,
): string | null {
  if (row.applicant_mobile === null) return null;
  return customer?.customer_id ?? row.person_key.slice(-32);
}

/** Digits derived from the person key. */
function inventedAccountOf(row: ReissueRow): string {
  return String(parseInt(row.person_key.slice(0, 12), 16));
}

function lastFour(digits: string): string {
  return digits.slice(-4).padStart(4, '0');
}
