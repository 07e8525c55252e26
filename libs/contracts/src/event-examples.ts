import type {
  AuditEventData,
  CertificateEventData,
  CertificateEventType,
  ReissueEventData,
  ReissueEventType,
} from './events.js';
import { customerEventTypes } from './customer-events.js';

const reissueId = 'ri_5c2f0e7a9b1d4c3e8f6a0b2d4c6e8f01';
const customerRef = 'cr_7Qm3xT9vLw2Kp8Zr';
const serial = '3f1c0d9a5b7e42868d1f6a2c4b90e7d3';

type Change = Pick<ReissueEventData, 'previousState' | 'state'> & Partial<ReissueEventData>;

/** What each event of a reissue changes, in one plausible case. */
const reissueChanges: Readonly<Record<ReissueEventType, Change>> = {
  'reseal.reissue.started.v1': { previousState: null, state: 'IDENTITY_REQUIRED' },
  'reseal.reissue.identity-verified.v1': { previousState: 'IDENTITY_REQUIRED', state: 'PASSWORD_REQUIRED' },
  'reseal.reissue.identity-reopened.v1': { previousState: 'PASSWORD_REQUIRED', state: 'IDENTITY_REQUIRED' },
  'reseal.reissue.password-verified.v1': { previousState: 'PASSWORD_REQUIRED', state: 'CONSENT_REQUIRED' },
  'reseal.reissue.password-reset.v1': { previousState: 'PASSWORD_REQUIRED', state: 'CONSENT_REQUIRED' },
  'reseal.reissue.password-locked.v1': { previousState: 'PASSWORD_REQUIRED', state: 'PASSWORD_REQUIRED' },
  'reseal.reissue.consents-recorded.v1': { previousState: 'CONSENT_REQUIRED', state: 'KEY_REQUIRED' },
  'reseal.reissue.consents-reopened.v1': { previousState: 'KEY_REQUIRED', state: 'CONSENT_REQUIRED' },
  'reseal.reissue.consent-withdrawn.v1': {
    ...{ previousState: 'REGISTERED', state: 'REGISTERED', serial },
    terms: { termsId: 'marketing-notices', version: '1.0.0' },
  },
  'reseal.reissue.cooling-off.v1': { previousState: 'KEY_REQUIRED', state: 'COOLING_OFF' },
  'reseal.reissue.certificate-requested.v1': { previousState: 'KEY_REQUIRED', state: 'ISSUING' },
  'reseal.reissue.request-refused.v1': {
    ...{ previousState: 'ISSUING', state: 'KEY_REQUIRED' },
    code: 'CSR_MALFORMED',
  },
  'reseal.reissue.issued.v1': { previousState: 'ISSUING', state: 'ISSUED', serial },
  'reseal.reissue.registered.v1': { previousState: 'ISSUED', state: 'REGISTERED', serial },
  'reseal.reissue.rejected.v1': {
    ...{ previousState: 'IDENTITY_REQUIRED', state: 'REJECTED' },
    code: 'METHODS_LOCKED',
  },
  'reseal.reissue.timed-out.v1': {
    ...{ previousState: 'PASSWORD_REQUIRED', state: 'TIMED_OUT' },
    code: 'DEADLINE_PASSED',
  },
  'reseal.reissue.cancelled.v1': {
    ...{ previousState: 'CONSENT_REQUIRED', state: 'CANCELLED' },
    code: 'CANCELLED_BY_CUSTOMER',
  },
  'reseal.reissue.abandoned.v1': {
    ...{ previousState: 'ISSUING', state: 'ABANDONED' },
    code: 'ABANDONED_BY_OPERATOR',
  },
  'reseal.reissue.withdrawn.v1': {
    ...{ previousState: 'ISSUED', state: 'WITHDRAWN', serial },
    code: 'WITHDRAWN_BY_OPERATOR',
  },
  'reseal.reissue.parked.v1': {
    ...{ previousState: 'ISSUING', state: 'ISSUING', parked: true },
    parkedStep: 'ISSUE_CERTIFICATE',
    code: 'DEPENDENCY_UNAVAILABLE',
  },
  'reseal.reissue.resumed.v1': { previousState: 'ISSUING', state: 'ISSUING' },
};

const validity = { notBefore: '2026-11-23T01:02:00.000Z', notAfter: '2027-11-23T01:02:00.000Z' };
const certificateChanges: Readonly<Record<CertificateEventType, Partial<CertificateEventData>>> = {
  'reseal.certificate.issued.v1': { reissueId, ...validity },
  'reseal.certificate.registered.v1': { reissueId },
  'reseal.certificate.held.v1': { reissueId, revocationReason: 'certificateHold' },
  'reseal.certificate.released.v1': validity,
  'reseal.certificate.revoked.v1': { reissueId, revocationReason: 'superseded' },
  'reseal.certificate.expiring.v1': { notAfter: validity.notAfter, daysLeft: 30 },
};

const checkpoint: AuditEventData = {
  origin: 'reseal',
  size: 48_213,
  root: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
  jws: 'eyJhbGciOiJFZERTQSJ9.eyJvcmlnaW4iOiJyZXNlYWwifQ.c2lnbmF0dXJl',
};

/** An event as it is published or received. */
export interface EventExample {
  readonly id: string;
  readonly subject: string;
  readonly time: string;
  readonly data: ReissueEventData | CertificateEventData | AuditEventData | { readonly customerId: string };
}

const time = '2026-11-23T01:02:03.456Z';

/** An example of each event, by type. */
export const eventExamples: Readonly<Record<string, EventExample>> = Object.fromEntries([
  ...Object.entries(reissueChanges).map(([type, change]) => [
    type,
    {
      ...{ id: `${reissueId}/7`, subject: reissueId, time },
      data: {
        reissueId,
        receiptNumber: 'K7M-2QX-9TR',
        customerRef,
        reason: 'EXPIRED',
        parked: false,
        ...change,
      } satisfies ReissueEventData,
    },
  ]),
  ...Object.entries(certificateChanges).map(([type, change]) => [
    type,
    {
      ...{ id: `${change.reissueId ?? serial}/8`, subject: serial, time },
      data: { serial, customerRef, ...change } satisfies CertificateEventData,
    },
  ]),
  ...customerEventTypes.map((type) => [
    type,
    {
      ...{ id: '2026-11-23-004711', subject: 'K-000001', time },
      data: { customerId: 'K-000001' },
    },
  ]),
  ['reseal.audit.checkpoint.v1', { id: 'audit/1024', subject: 'reseal', time, data: checkpoint }],
]) as Record<string, EventExample>;
