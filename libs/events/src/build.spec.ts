import { describe, expect, it } from '@jest/globals';
import { certificateEventDataSchema, reissueEventDataSchema } from '#libs/contracts';
import { certificateEvent, standaloneCertificateEvent, reissueEvent } from './build.js';

const reissue = {
  reissue_id: `ri_${'0'.repeat(32)}`,
  receipt_number: 'K7M-2QX-9TR',
  customer_ref: 'cr_fictional',
  reason: 'EXPIRED',
  state: 'ISSUED',
  parked_step: null,
  serial: '0a1b',
} as const;
const occurredAt = new Date('2026-11-22T01:02:03.456Z');

describe('events', () => {
  it('The event of a reissue has its state and previous state, under the reissue id', () => {
    const event = reissueEvent({
      reissue,
      sequence: 7,
      type: 'reseal.reissue.issued.v1',
      previousState: 'ISSUING',
      occurredAt,
    });
    expect(event).toEqual({
      stream: reissue.reissue_id,
      sequence: 7,
      topic: 'reseal.reissue',
      key: reissue.reissue_id,
      type: 'reseal.reissue.issued.v1',
      data: {
        reissueId: reissue.reissue_id,
        receiptNumber: 'K7M-2QX-9TR',
        customerRef: 'cr_fictional',
        reason: 'EXPIRED',
        state: 'ISSUED',
        previousState: 'ISSUING',
        parked: false,
        serial: '0a1b',
      },
      occurred_at: occurredAt,
    });
    expect(reissueEventDataSchema.safeParse(event.data).success).toBe(true);
  });

  it('The event of a parked reissue has the parking and its code', () => {
    const { data } = reissueEvent({
      reissue: { ...reissue, state: 'ISSUING', parked_step: 'ISSUE_CERTIFICATE', serial: null },
      sequence: 8,
      type: 'reseal.reissue.parked.v1',
      previousState: 'ISSUING',
      code: 'OUTCOME_UNKNOWN',
      occurredAt,
    });
    expect(data).toMatchObject({ parked: true, code: 'OUTCOME_UNKNOWN' });
    expect(reissueEventDataSchema.safeParse(data).success).toBe(true);
  });

  it('The event of a certificate is keyed by its serial number and names the reissue that caused it', () => {
    const event = certificateEvent({
      reissue,
      sequence: 9,
      type: 'reseal.certificate.revoked.v1',
      serial: '0dd1',
      revocationReason: 'superseded',
      occurredAt,
    });
    expect(event).toMatchObject({ topic: 'reseal.certificate', key: '0dd1', stream: reissue.reissue_id });
    expect(event.data).toEqual({
      serial: '0dd1',
      customerRef: 'cr_fictional',
      reissueId: reissue.reissue_id,
      revocationReason: 'superseded',
    });
    expect(certificateEventDataSchema.safeParse(event.data).success).toBe(true);
  });

  it('The event of a change outside reissues is in the stream of the certificate and names no reissue', () => {
    const event = standaloneCertificateEvent({
      certificate: { serial: '0dd1', not_before: occurredAt, not_after: occurredAt },
      customerRef: 'cr_fictional',
      sequence: 1,
      type: 'reseal.certificate.released.v1',
      occurredAt,
    });
    expect(event).toEqual({
      stream: '0dd1',
      sequence: 1,
      topic: 'reseal.certificate',
      key: '0dd1',
      type: 'reseal.certificate.released.v1',
      data: {
        serial: '0dd1',
        customerRef: 'cr_fictional',
        notBefore: occurredAt.toISOString(),
        notAfter: occurredAt.toISOString(),
      },
      occurred_at: occurredAt,
    });
    expect(certificateEventDataSchema.safeParse(event.data).success).toBe(true);
  });

  it('An event contains only the members that the contract names', () => {
    const row = { ...reissue, applicant_name: 'Fictional Person', applicant_mobile: '01000000000' };
    const { data } = reissueEvent({
      reissue: row,
      sequence: 1,
      type: 'reseal.reissue.started.v1',
      previousState: null,
      occurredAt,
    });
    expect(JSON.stringify(data)).not.toContain('Fictional');
    expect(JSON.stringify(data)).not.toContain('01000000000');
  });
});
