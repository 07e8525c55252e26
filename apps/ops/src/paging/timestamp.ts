import { z } from 'zod';

/** Years that PostgreSQL, certificates and CRLs can write. */
const [first, last] = [Date.UTC(1900, 0, 1), Date.UTC(10_000, 0, 1)];

/** A moment (RFC 3339), passed on in UTC: PostgreSQL knows no offsets of 16 hours and more. */
export const timestampSchema = z.iso
  .datetime({ offset: true })
  // What is no moment at all is refused already.
  .refine(
    (text) => !(Date.parse(text) < first || Date.parse(text) >= last),
    'must be in the years 1900 to 9999',
  )
  .overwrite((text) => (Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString()));
