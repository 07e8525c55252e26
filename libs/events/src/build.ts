import { topics } from '#libs/contracts';
import type {
  AuditEventData,
  CertificateEventData,
  CertificateEventType,
  ReissueEventData,
  ReissueEventType,
} from '#libs/contracts';
import type { CertificateRow } from '#libs/db/certificates';
import type { NewEvent } from '#libs/db/events';
import type { ReissueRow } from '#libs/db/reissues';
import type { State } from '#libs/domain';

/** The columns of a reissue that its events use. */
type EventReissue = Pick<
  ReissueRow,
  'reissue_id' | 'receipt_number' | 'customer_ref' | 'reason' | 'state' | 'parked_step' | 'serial'
>;

export interface ReissueEventInput {
  /** The row as the change left it. */
  readonly reissue: EventReissue;
  /** Next number of the reissue's events, taken under its row lock. Both topics share it. */
  readonly sequence: number;
  readonly type: ReissueEventType;
  /** Null for the first event. */
  readonly previousState: State | null;
  /** Code of the refusal, parking or end. */
  readonly code?: string;
  /** The terms to which consent was withdrawn. */
  readonly terms?: ReissueEventData['terms'];
  readonly occurredAt: Date;
}

export interface CertificateEventInput {
  /** The reissue that caused the change. */
  readonly reissue: EventReissue;
  readonly sequence: number;
  readonly type: CertificateEventType;
  /** The certificate that changed: the new one or the old one. */
  readonly serial: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** RFC 5280 section 5.3.1. */
  readonly revocationReason?: string;
  readonly occurredAt: Date;
}

/** A change of a certificate that no reissue caused. */
export interface StandaloneCertificateEventInput {
  readonly certificate: Pick<CertificateRow, 'serial' | 'not_before' | 'not_after'>;
  /** Pseudonym of the holder. */
  readonly customerRef: string;
  /** Next number of the certificate's own events, taken under its row lock. */
  readonly sequence: number;
  readonly type: CertificateEventType;
  /** RFC 5280 section 5.3.1. */
  readonly revocationReason?: string | undefined;
  /** The announcement of the expiry that the event is about. */
  readonly daysLeft?: number;
  readonly occurredAt: Date;
}

/** The event of a reissue's change, for the transaction of the change. It has no personal data. */
export function reissueEvent(change: ReissueEventInput): NewEvent {
  const { reissue, code, terms } = change;
  const data: ReissueEventData = {
    reissueId: reissue.reissue_id,
    receiptNumber: reissue.receipt_number,
    customerRef: reissue.customer_ref,
    reason: reissue.reason,
    state: reissue.state,
    previousState: change.previousState,
    parked: reissue.parked_step !== null,
    ...(reissue.parked_step === null ? {} : { parkedStep: reissue.parked_step }),
    ...(code === undefined ? {} : { code }),
    ...(reissue.serial === null ? {} : { serial: reissue.serial }),
    ...(terms ? { terms } : {}),
  };
  return newEvent(change, reissue.reissue_id, topics.reissue, reissue.reissue_id, data);
}

/** The event of a certificate's change by a reissue, for the transaction of the change. */
export function certificateEvent(change: CertificateEventInput): NewEvent {
  const { reissue, serial, notBefore, notAfter, revocationReason } = change;
  const data: CertificateEventData = {
    serial,
    customerRef: reissue.customer_ref,
    reissueId: reissue.reissue_id,
    ...(notBefore ? { notBefore: notBefore.toISOString() } : {}),
    ...(notAfter ? { notAfter: notAfter.toISOString() } : {}),
    ...(revocationReason ? { revocationReason } : {}),
  };
  return newEvent(change, reissue.reissue_id, topics.certificate, serial, data);
}

/** The event of a certificate's change outside any reissue, in the certificate's own stream. */
export function standaloneCertificateEvent(change: StandaloneCertificateEventInput): NewEvent {
  const { certificate, customerRef, revocationReason, daysLeft } = change;
  const data: CertificateEventData = {
    serial: certificate.serial,
    customerRef,
    notBefore: certificate.not_before.toISOString(),
    notAfter: certificate.not_after.toISOString(),
    ...(revocationReason ? { revocationReason } : {}),
    ...(daysLeft === undefined ? {} : { daysLeft }),
  };
  return newEvent(change, certificate.serial, topics.certificate, certificate.serial, data);
}

function newEvent(
  change: Pick<CertificateEventInput, 'sequence' | 'occurredAt'> & { readonly type: string },
  stream: string,
  topic: string,
  key: string,
  data: ReissueEventData | CertificateEventData | AuditEventData,
): NewEvent {
  return {
    stream,
    sequence: change.sequence,
    topic,
    key,
    type: change.type,
    data,
    occurred_at: change.occurredAt,
  };
}

/** The event of a checkpoint of the audit log, in the stream `audit`. */
export function checkpointEvent(checkpoint: {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly jws: string;
  /** Next number in the stream. */
  readonly sequence: number;
  readonly at: Date;
}): NewEvent {
  const { origin, size, root, jws, sequence, at } = checkpoint;
  const data: AuditEventData = { origin, size, root: Buffer.from(root).toString('base64url'), jws };
  const change = { sequence, type: 'reseal.audit.checkpoint.v1', occurredAt: at };
  return newEvent(change, 'audit', topics.audit, origin, data);
}
