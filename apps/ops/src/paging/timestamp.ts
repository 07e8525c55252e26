import { z } from 'zod';

/** Range of years that PostgreSQL, certificates and CRLs can represent. */
const [first, last] = [Date.UTC(1900, 0, 1), Date.UTC(10_000, 0, 1)];

/** A timestamp (RFC 3339), converted to UTC: PostgreSQL refuses offsets of 16 hours and more. */
export const timestampSchema = z.iso
  .datetime({ offset: true })
  // An unparsable text is refused by the check before.
  .refine(
    (text) => !(Date.parse(text) < first || Date.parse(text) >= last),
    'must be in the years 1900 to 9999',
  )
  .overwrite((text) => (Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString()));
