import { z } from 'zod';

/** An id the caller gives a request, by which its repetition is recognised. */
export const requestId = z.string().min(1).max(200);

/** A code as a person typed it: what it may contain is for the comparison to say, not for the schema. */
export const verificationBody = z.object({
  transactionId: requestId,
  attemptId: requestId,
  code: z.string().max(64),
});
export type VerificationBody = z.infer<typeof verificationBody>;
