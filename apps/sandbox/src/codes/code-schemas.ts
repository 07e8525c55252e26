import { z } from 'zod';

/** The caller's id of a request, which identifies a repetition. */
export const requestId = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters');

/** A code as a person typed it. The comparison, not the schema, decides on its form. */
export const verificationBody = z.object({
  transactionId: requestId,
  attemptId: requestId,
  code: z.string().max(8192),
});
export type VerificationBody = z.infer<typeof verificationBody>;
