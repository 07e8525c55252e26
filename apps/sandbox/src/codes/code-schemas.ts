import { z } from 'zod';

/** An id the caller gives a request, by which its repetition is recognised. */
export const requestId = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters');

/** A code as a person typed it: what it may contain is for the comparison to say, not for the schema. */
export const verificationBody = z.object({
  transactionId: requestId,
  attemptId: requestId,
  code: z.string().max(8192),
});
export type VerificationBody = z.infer<typeof verificationBody>;
