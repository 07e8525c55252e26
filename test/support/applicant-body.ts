import type { IdentifierKind } from '#libs/domain';
import { rememberSealed, rememberSecret } from './canaries.js';
import type { Gateway } from './gateway.js';
import type { Person } from './sandbox.js';

/** The applicant in the body of a start. Sealed values are bound to the Idempotency-Key of the call. */
export type ApplicantBody =
  | { readonly name: string; readonly mobile: string; readonly carrier?: string }
  | { readonly name: string; readonly rrn: string }
  | { readonly name: string; readonly document: string };

/** The fields of an identity document, as they are sealed. */
export interface DocumentFields {
  readonly type: Person['document']['type'];
  /** 13 digits. */
  readonly rrn: string;
  /** YYYY-MM-DD */
  readonly issuedOn: string;
  readonly licenceNumber?: string;
}

export function documentFieldsOf({ document, rrn }: Pick<Person, 'document' | 'rrn'>): DocumentFields {
  const { type, issuedOn } = document;
  return type === 'DRIVING_LICENCE'
    ? { type, rrn, issuedOn, licenceNumber: document.number }
    : { type, rrn, issuedOn };
}

/** Records the fields of a document that identify its holder. */
export function rememberDocument({ rrn, licenceNumber }: DocumentFields): void {
  rememberSealed('rrn', rrn);
  if (licenceNumber !== undefined) rememberSecret('licence number', Buffer.from(licenceNumber));
}

/** The applicant for a person, with the identifier of a kind. */
export async function applicantBodyOf(
  gateway: Gateway,
  person: Pick<Person, 'name' | 'mobile' | 'carrier' | 'rrn' | 'document'>,
  by: IdentifierKind,
  { idempotencyKey, keyThumbprint }: { readonly idempotencyKey: string; readonly keyThumbprint: string },
): Promise<ApplicantBody> {
  const { name, mobile, carrier, rrn } = person;
  switch (by) {
    case 'MOBILE':
      return { name, mobile, carrier };
    case 'RRN':
      rememberSealed('rrn', rrn);
      return { name, rrn: await gateway.seal('rrn', idempotencyKey, rrn, keyThumbprint) };
    case 'DOCUMENT': {
      const fields = documentFieldsOf(person);
      const json = JSON.stringify(fields);
      rememberDocument(fields);
      rememberSealed('document', json);
      return { name, document: await gateway.seal('document', idempotencyKey, json, keyThumbprint) };
    }
  }
}
