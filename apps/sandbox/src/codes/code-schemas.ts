import { z } from 'zod';

/** The caller's id of a request, which identifies a repetition. */
export const requestId = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters')
  .describe("The caller's id of the request. A repetition has the same id, and gets the same answer.");

/** A code as a person typed it. The comparison, not the schema, decides on its form. */
export const verificationBody = z.object({
  transactionId: requestId,
  attemptId: requestId,
  code: z.string().max(8192).describe('The code as the person typed it'),
});
export type VerificationBody = z.infer<typeof verificationBody>;

const ci = z
  .base64()
  .length(88)
  .describe('CI (connecting information) of the person: 64 bytes, the same at every Korean provider');

/** The result of comparing a code. */
export const verificationAnswer = z
  .discriminatedUnion('status', [
    z.object({
      status: z.literal('MATCHED'),
      ci,
      simChangedAt: z.iso
        .datetime()
        .optional()
        .describe('When the SIM of the mobile number was last changed, if the telecom company says it'),
    }),
    z.object({ status: z.enum(['MISMATCHED', 'EXPIRED']) }),
  ])
  .meta({ id: 'Verification' });

/** The result of sending a code. */
export const sentAnswer = <Unknown extends string>(unknown: Unknown) =>
  z.object({ status: z.enum(['SENT', unknown]) });

/** What became of a request to send a code. */
export const transactionAnswer = z
  .object({
    transactionId: requestId,
    sent: z.boolean(),
    status: z.string().describe('As the request to send was answered, or `NOT_FOUND` if it never arrived'),
  })
  .meta({ id: 'Transaction' });

/** The result of checking a document. */
export const documentAnswer = z
  .discriminatedUnion('status', [
    z.object({ status: z.literal('MATCHED'), ci }),
    z.object({
      status: z.literal('MISMATCHED'),
      finding: z
        .string()
        .regex(/^[A-Z_]{1,40}$/)
        .describe('The reason. It is recorded in the audit trail and not shown to the customer.'),
    }),
  ])
  .meta({ id: 'DocumentCheck' });

/** The acceptance of a message. */
export const messageAnswer = z.object({ status: z.literal('ACCEPTED') });
