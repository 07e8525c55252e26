import { reasons, states } from '#libs/domain';
import { z } from 'zod';

/**
 * Kafka topics. The key of a message is the id of the reissue, the serial of the certificate, or the name of the audit
 * log.
 */
export const topics = {
  reissue: 'reseal.reissue',
  certificate: 'reseal.certificate',
  audit: 'reseal.audit',
} as const;

/** One type per change of state; the number at its end is the version of its schema. */
export const reissueEventTypes = [
  'reseal.reissue.started.v1',
  'reseal.reissue.identity-verified.v1',
  'reseal.reissue.identity-reopened.v1',
  'reseal.reissue.password-verified.v1',
  'reseal.reissue.password-reset.v1',
  'reseal.reissue.password-locked.v1',
  'reseal.reissue.consents-recorded.v1',
  'reseal.reissue.consents-reopened.v1',
  'reseal.reissue.consent-withdrawn.v1',
  'reseal.reissue.cooling-off.v1',
  'reseal.reissue.certificate-requested.v1',
  'reseal.reissue.request-refused.v1',
  'reseal.reissue.issued.v1',
  'reseal.reissue.registered.v1',
  'reseal.reissue.rejected.v1',
  'reseal.reissue.timed-out.v1',
  'reseal.reissue.cancelled.v1',
  'reseal.reissue.abandoned.v1',
  'reseal.reissue.withdrawn.v1',
  'reseal.reissue.parked.v1',
  'reseal.reissue.resumed.v1',
] as const;
export type ReissueEventType = (typeof reissueEventTypes)[number];

export const certificateEventTypes = [
  'reseal.certificate.issued.v1',
  'reseal.certificate.registered.v1',
  'reseal.certificate.held.v1',
  'reseal.certificate.released.v1',
  'reseal.certificate.revoked.v1',
  'reseal.certificate.expiring.v1',
] as const;
export type CertificateEventType = (typeof certificateEventTypes)[number];

export const auditEventTypes = ['reseal.audit.checkpoint.v1'] as const;

export const reissueEventDataSchema = z
  .strictObject({
    reissueId: z.string(),
    receiptNumber: z
      .string()
      .optional()
      .describe('by which the customer names the reissue; events of earlier releases have none'),
    customerRef: z.string().describe('pseudonym'),
    reason: z.enum(reasons),
    state: z.enum(states),
    previousState: z.enum(states).nullable(),
    parked: z.boolean(),
    parkedStep: z
      .string()
      .optional()
      .describe('the step that waits for an operator, while the reissue is parked'),
    code: z.string().optional().describe('why a step was refused or parked, or the reissue ended'),
    serial: z.string().optional(),
    terms: z
      .strictObject({ termsId: z.string(), version: z.string() })
      .optional()
      .describe('the terms whose consent was withdrawn'),
  })
  .meta({ id: 'ReissueEventData' });

export const certificateEventDataSchema = z
  .strictObject({
    serial: z.string(),
    customerRef: z.string().describe('pseudonym'),
    reissueId: z.string().optional().describe('the reissue that caused the event, if one did'),
    notBefore: z.iso.datetime().optional(),
    notAfter: z.iso.datetime().optional(),
    revocationReason: z.string().optional().describe('RFC 5280 section 5.3.1'),
    daysLeft: z
      .int()
      .optional()
      .describe(
        'of `expiring`: how many days in Korea before the expiry this is announced; -1 on the day after',
      ),
  })
  .meta({ id: 'CertificateEventData' });

export const auditEventDataSchema = z
  .strictObject({
    origin: z.string().describe('name of the audit log'),
    size: z.int().min(1).describe('number of entries in the log'),
    root: z.string().describe('Merkle root of the log (RFC 9162 section 2.1.1), base64url'),
    jws: z.string().describe('origin, size, root and time, signed (compact JWS)'),
  })
  .meta({ id: 'AuditEventData' });

export type AuditEventData = z.output<typeof auditEventDataSchema>;
export type ReissueEventData = z.output<typeof reissueEventDataSchema>;
export type CertificateEventData = z.output<typeof certificateEventDataSchema>;
