import { z } from 'zod';

/** What the terms promise a period for. */
export const retainedRecords = [
  /** Of a reissue that a certificate came of: application, identity, consents, history. */
  'issuanceEvidence',
  /** Of a reissue that ended without one. */
  'unissuedApplications',
  /** Fields and photo of an identity document, codes, passwords, R. */
  'identityMaterial',
  /** Who opened resident registration numbers. */
  'accessRecords',
] as const;
export type RetainedRecords = (typeof retainedRecords)[number];

/** `years` after its beginning; 0 is at once. */
const period = z.strictObject({
  years: z.int().min(0).max(100),
  from: z.enum(['CERTIFICATE_END', 'REISSUE_END', 'RECORD']),
});
export type RetentionPeriod = z.output<typeof period>;

/** The periods that a text names, as data beside it. */
export const retentionSchema = z.partialRecord(z.enum(retainedRecords), period);
export type Retention = z.output<typeof retentionSchema>;
