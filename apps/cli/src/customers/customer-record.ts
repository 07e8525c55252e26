import { derOfText, FormatError } from '#libs/der';
import {
  bankCustomerIdPattern,
  carriers,
  parseBase64Url,
  parseDigits,
  parseMobileNumber,
  readResidentNumber,
} from '#libs/domain';
import { z } from 'zod';

/** Costs beyond these would let one customer's password keep a worker busy. */
const highestCost = { memoryKib: 1024 * 1024, passes: 20, lanes: 16 };

/** Argon2id in PHC string format, version 19, with a salt of at least 8 bytes and a hash of at least 16. */
const phc =
  /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$[A-Za-z0-9+/]{11,128}\$[A-Za-z0-9+/]{22,128}$/;

function isVerifier(text: string): boolean {
  const [, memory = '', passes = '', lanes = ''] = phc.exec(text) ?? [];
  const within = (value: string, most: number) => Number(value) >= 1 && Number(value) <= most;
  return (
    within(memory, highestCost.memoryKib) &&
    within(passes, highestCost.passes) &&
    within(lanes, highestCost.lanes)
  );
}

const email = z.email().max(254);
const instant = z.iso.datetime({ offset: true });

/** Text that is accepted in several forms and kept in one. The message never quotes it. */
const readBy = <T>(read: (text: string) => T | undefined, message: string) =>
  z.string(message).transform((text, context) => {
    const value = text.length <= 8_192 ? read(text) : undefined;
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** An empty text in CSV is an absent value. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional());

function readName(text: string): string | undefined {
  const name = text
    .normalize('NFC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
  return /^[^\p{C}]{1,60}$/u.test(name) ? name : undefined;
}

function readCertificate(text: string): Buffer | undefined {
  try {
    if (text.includes('-----BEGIN ')) return Buffer.from(derOfText(text, ['CERTIFICATE']));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return undefined;
  }
  const encoded = parseBase64Url(text);
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64url');
}

const matching = (form: RegExp) => (text: string) => (form.test(text) ? text : undefined);

/**
 * One customer as the bank's files hold it. Messages name the rule and quote no value.
 *
 * @param now a resident registration number with a later date of birth is refused
 */
export const customerRecord = (now: Date) =>
  z.strictObject(
    {
      customerId: readBy(
        matching(bankCustomerIdPattern),
        'must be 1 to 64 letters, digits, dots, colons, hyphens or underscores',
      ),
      ci: readBy(matching(/^[A-Za-z0-9+/]{86}==$/), 'must be 88 characters of base64'),
      name: readBy(readName, 'must have 1 to 60 characters'),
      mobile: readBy(parseMobileNumber, 'must be a Korean mobile number'),
      carrier: optional(z.enum(carriers, `must be one of ${carriers.join(', ')}`)),
      email: optional(
        readBy((text) => (email.safeParse(text).success ? text : undefined), 'must be an e-mail address'),
      ),
      bankCode: readBy(matching(/^\d{3}$/), 'must be a bank code of three digits'),
      accountNumber: readBy(
        (text) => parseDigits(text)?.match(/^\d{8,16}$/)?.[0],
        'must be an account number of 8 to 16 digits',
      ),
      rrn: optional(
        readBy(
          (text) => readResidentNumber(text, now)?.digits,
          'must be a resident registration number of 13 digits',
        ),
      ),
      passwordVerifier: optional(
        readBy((text) => (isVerifier(text) ? text : undefined), 'must be an Argon2id verifier (PHC string)'),
      ),
      passwordSetAt: optional(
        readBy((text) => {
          const at = instant.safeParse(text).success ? new Date(text) : undefined;
          return at && at <= now ? at : undefined;
        }, 'must be a time in the past (ISO 8601, with its offset)'),
      ),
      expiryNotices: optional(
        readBy((text) => ({ yes: true, no: false })[text.toLowerCase()], 'must be yes or no'),
      ),
      certificate: optional(readBy(readCertificate, 'must be a certificate in base64 or PEM')),
    },
    'must be an object with the documented members',
  );

export type CustomerRecord = z.output<ReturnType<typeof customerRecord>>;

/** Names of the fields, as the columns of a CSV file and the members of a JSON object. */
export const fieldNames: readonly string[] = Object.keys(customerRecord(new Date(0)).shape);

/** Fields that every line has. */
export const requiredFields: readonly string[] = [
  'customerId',
  'ci',
  'name',
  'mobile',
  'bankCode',
  'accountNumber',
];
