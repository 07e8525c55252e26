import { z } from 'zod';

/**
 * A Korean mobile number in the form in which the sandbox compares it: digits only, national (`01000000001`).
 * Accepts hyphens, spaces and the country code +82.
 */
function normaliseMobile(mobile: string): string {
  return mobile.replace(/[\s()-]/g, '').replace(/^\+820?/, '0');
}

/** A mail address in lower case, a mobile number as {@link normaliseMobile} writes it. */
export function normaliseRecipient(recipient: string): string {
  const trimmed = recipient.trim();
  return trimmed.includes('@') ? trimmed.toLowerCase() : normaliseMobile(trimmed);
}

/** A mobile number as people write it: `010-0000-0001`. */
export function formatMobile(mobile: string): string {
  return mobile.replace(/^(\d{3})(\d{3,4})(\d{4})$/, '$1-$2-$3');
}

export const mobileNumber = z
  .string()
  .max(24)
  .transform(normaliseMobile)
  .pipe(z.string().regex(/^01\d{8,9}$/, 'must be a Korean mobile number'));
