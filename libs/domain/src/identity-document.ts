import { parseDate } from './parse-input.js';
import { koreanDayOf } from './korean-time.js';
import { isDate, readResidentNumber, type ResidentNumber } from './resident-number.js';

const documentTypes = ['RESIDENT_CARD', 'DRIVING_LICENCE'] as const;
type DocumentType = (typeof documentTypes)[number];

/** The fields of an identity document. */
export interface IdentityDocument {
  readonly type: DocumentType;
  readonly number: ResidentNumber;
  /** YYYY-MM-DD */
  readonly issuedOn: string;
  /** For a driving licence, in the form 11-22-333333-44. Older licences begin with the name of a region. */
  readonly licenceNumber?: string;
}

/** A licence number after {@link dashed}. */
const licence = /^(\d{2}|[가-힣]{2})-?(\d{2})-?(\d{6})-?(\d{2})$/;
const dashed = (text: string) =>
  text
    .normalize('NFKC')
    .replace(/[\p{Cf}\s]/gu, '')
    .replace(/[\p{Pd}\u2212]/gu, '-');

/**
 * Reads the number of a driving licence into the form 11-22-333333-44.
 *
 * @returns undefined if the text has another form
 */
export function parseLicenceNumber(text: string): string | undefined {
  const [, ...parts] = licence.exec(dashed(text)) ?? [];
  return parts.length > 0 ? parts.join('-') : undefined;
}

/**
 * Reads an identity document from the JSON that an applicant sealed: `{type, rrn, issuedOn, licenceNumber?}`. Only a
 * driving licence has a licence number. Other members are ignored.
 *
 * @param now a document issued later is refused
 * @returns undefined if the JSON is not a valid document
 */
export function readIdentityDocument(json: string, now: Date): IdentityDocument | undefined {
  const fields = objectOf(json);
  const { rrn, licenceNumber } = fields;
  const type = documentTypes.find((each) => each === fields['type']);
  if (!type || typeof rrn !== 'string' || typeof fields['issuedOn'] !== 'string') return undefined;
  const number = readResidentNumber(rrn, now);
  const issuedOn = parseDate(fields['issuedOn']);
  if (!number || !issuedOn || !isDate(issuedOn) || issuedOn > koreanDayOf(now)) return undefined;
  if (issuedOn < number.birthDate) return undefined;
  if (type === 'RESIDENT_CARD') return licenceNumber === undefined ? { type, number, issuedOn } : undefined;
  const licensed = typeof licenceNumber === 'string' ? parseLicenceNumber(licenceNumber) : undefined;
  return licensed === undefined ? undefined : { type, number, issuedOn, licenceNumber: licensed };
}

function objectOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
