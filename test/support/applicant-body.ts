import type { IdentifierKind } from '#libs/domain';
import { rememberSealed, rememberSecret } from './canaries.js';
import type { Gateway } from './gateway.js';
import type { Person } from './sandbox.js';

/** What somebody says of themself when they start; sealed values to the Idempotency-Key of that call. */
export type ApplicantBody =
  | { readonly name: string; readonly mobile: string; readonly carrier?: string }
  | { readonly name: string; readonly rrn: string }
  | { readonly name: string; readonly document: string };

/** What stands on a person's identity document, as it is sealed. */
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

/** Notes the fields of a document that tell whose it is. */
export function rememberDocument({ rrn, licenceNumber }: DocumentFields): void {
  rememberSealed('rrn', rrn);
  if (licenceNumber !== undefined) rememberSecret('licence number', Buffer.from(licenceNumber));
}

/** A person as they name themself at the start. */
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
