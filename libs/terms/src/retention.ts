import { z } from 'zod';

/** The records for which the terms promise a period. */
export const retainedRecords = [
  /** Records of a reissue with a certificate: application, identity, consents, history. */
  'issuanceEvidence',
  /** Records of a reissue that ended without a certificate. */
  'unissuedApplications',
  /** Fields and photo of an identity document, codes, passwords, R. */
  'identityMaterial',
  /** Records of access to resident registration numbers. */
  'accessRecords',
] as const;
export type RetainedRecords = (typeof retainedRecords)[number];

/** A number of years after its beginning; 0 means at once. */
const period = z.strictObject({
  years: z.int().min(0).max(100),
  from: z.enum(['CERTIFICATE_END', 'REISSUE_END', 'RECORD']),
});
export type RetentionPeriod = z.output<typeof period>;

/** The periods that a text names, as data. */
export const retentionSchema = z.partialRecord(z.enum(retainedRecords), period);
export type Retention = z.output<typeof retentionSchema>;
