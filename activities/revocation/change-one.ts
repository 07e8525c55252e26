import {
  certificateStatusOf,
  type ActRefusal,
  type CertificateAct,
  type CertificateStatus,
  type Clock,
} from '#libs/domain';
import type { CertificateEventType } from '#libs/contracts';
import { inTransaction } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import {
  certificateBySerial,
  certificatesInForce,
  lockCertificate,
  nextCertificateEventSequence,
  type CertificateRow,
} from '#libs/db/certificates';
import { lockCustomer, type CustomerRow } from '#libs/db/customers';
import { insertEvents } from '#libs/db/events';
import { recordOutcome } from '#libs/db/operations';
import { lockReissue } from '#libs/db/reissues';
import { standaloneCertificateEvent } from '#libs/events';
import { approvedAct, type ApprovedOperation, type OperationRefusal } from '#libs/approvals';
import {
  changeStatus,
  type RevocationDatabase,
  type RevocationTx,
  type StatusChange,
} from './change-status.js';

export interface RevocationContext {
  readonly db: RevocationDatabase;
  readonly clock: Clock;
  /** The actor for the audit trail. */
  readonly actor: string;
}

/** Reasons to refuse a change outside any reissue. */
export type ChangeRefusal =
  | ActRefusal
  /** No certificate has this serial number. */
  | 'UNKNOWN'
  /** Its reissue has not ended. Cancel or abandon the reissue, which also withdraws the certificate. */
  | 'REISSUE_OPEN'
  /** Its holder has another certificate in force: a person never has two. */
  | 'ANOTHER_IN_FORCE'
  /** The given operation does not allow it. */
  | 'NOT_APPROVED';

export type ChangeOutcome =
  | { readonly serial: string; readonly outcome: 'DONE'; readonly was: CertificateStatus }
  | { readonly serial: string; readonly outcome: ChangeRefusal; readonly reissueId?: string };

export interface ChangeOptions {
  /** The operator's comment, for the audit trail. */
  readonly comment?: string;
  /** Restricts the change to a certificate on hold whose hold time satisfies this condition. Called under the locks. */
  readonly onlyIfHeld?: (since: Date) => boolean;
  /** The rule of an automatic change, for the audit trail. */
  readonly policy?: 'HOLD_TIME_LIMIT' | 'CUSTOMER_EVENT';
  /**
   * The operators' operation that asks for the change. The transaction that changes the certificate checks that the
   * operation allows it.
   */
  readonly operationId?: string;
}

const eventTypes: Readonly<Record<CertificateAct, CertificateEventType>> = {
  revoke: 'reseal.certificate.revoked.v1',
  hold: 'reseal.certificate.held.v1',
  release: 'reseal.certificate.released.v1',
};

/** Outcomes of the items of an operation. */
export const outcomeWords = { revoke: 'REVOKED', hold: 'HELD', release: 'RELEASED' } as const;

/** Refusals of repeated changes, which are not recorded. */
const refusalsWithoutTrace: readonly ChangeRefusal[] = ['ALREADY_REVOKED', 'ALREADY_ON_HOLD', 'NOT_ON_HOLD'];

/**
 * Revokes, holds or releases one certificate outside any reissue: status, event and audit entry in one transaction,
 * under the locks on customer, reissue and certificate, in this order.
 *
 * @throws {RangeError} if the invalidity date is in the future
 */
export const changeOne = (
  { db, clock, actor }: RevocationContext,
  serial: string,
  change: StatusChange,
  options: ChangeOptions = {},
): Promise<ChangeOutcome> =>
  inTransaction(db, (tx) => changeOneIn(tx, { serial, change, actor, now: clock() }, options));

/** {@link changeOne} as a part of a transaction that may hold the locks already. */
export async function changeOneIn(
  tx: RevocationTx,
  {
    serial,
    change,
    actor,
    now,
  }: {
    readonly serial: string;
    readonly change: StatusChange;
    readonly actor: string;
    readonly now: Date;
  },
  options: ChangeOptions = {},
): Promise<ChangeOutcome> {
  if (change.act === 'revoke' && change.invalidityDate && change.invalidityDate > now)
    throw new RangeError('the invalidity date is in the future');
  const { operationId } = options;
  // Customer, reissue and a revocation of a certificate never change, so that they can be read without locks.
  const certificate = await certificateBySerial(tx, serial);
  const allowed =
    operationId === undefined ? true : await approvedOrRefused(tx, operationId, serial, change, now);
  const result =
    typeof allowed === 'string'
      ? ({ serial, outcome: 'NOT_APPROVED' } as const)
      : await changeUnderLocks(tx, certificate, { serial, change, now }, options);
  const refused = result.outcome !== 'DONE';
  if (refused && refusalsWithoutTrace.includes(result.outcome)) return result;
  // In the same transaction as the change: a retry then recognises the change as its own.
  if (result.outcome === 'DONE' && operationId !== undefined)
    await recordOutcome(
      tx,
      { operationId, target: serial },
      { outcome: outcomeWords[change.act], detail: result.was, at: now },
    );
  await appendAuthorityEntry(tx, {
    actor,
    action: `certificate.${change.act}`,
    outcome: refused ? 'REFUSED' : 'DONE',
    ...(refused ? { reason: result.outcome } : reasonOf(change)),
    details: {
      serial,
      ...(refused ? {} : { was: result.was }),
      ...(certificate?.reissue_id ? { reissueId: certificate.reissue_id } : {}),
      ...(change.act === 'revoke' && change.invalidityDate
        ? { invalidityDate: change.invalidityDate.toISOString() }
        : {}),
      ...(operationId === undefined ? {} : { operationId }),
      ...(options.policy ? { policy: options.policy } : {}),
      ...(typeof allowed === 'string' ? { why: allowed } : {}),
      ...(typeof allowed === 'object'
        ? { requestedBy: allowed.requestedBy, approvedBy: allowed.approvedBy }
        : {}),
      ...(options.comment ? { comment: options.comment } : {}),
    },
    occurredAt: now,
  });
  return result;
}

/** The approved operation that asks for exactly this change of this certificate, or the reason for a refusal. */
async function approvedOrRefused(
  tx: RevocationTx,
  operationId: string,
  serial: string,
  change: StatusChange,
  now: Date,
): Promise<ApprovedOperation | OperationRefusal> {
  const operation = await approvedAct(tx, operationId, { kind: change.act, target: serial }, now);
  if (typeof operation === 'string' || change.act !== 'revoke') return operation;
  const { revocationReason, invalidityDate } = operation.parameters;
  const asApproved =
    change.reason === revocationReason &&
    change.invalidityDate?.getTime() === (invalidityDate && new Date(invalidityDate).getTime());
  return asApproved ? operation : 'NOT_IN_OPERATION';
}

/**
 * The change of status that an operation requests.
 *
 * @throws {RangeError} if it is of another kind, or a revocation without its reason
 */
export function changeOf({ kind, parameters }: Pick<ApprovedOperation, 'kind' | 'parameters'>): StatusChange {
  if (kind === 'hold' || kind === 'release') return { act: kind };
  const { revocationReason: reason, invalidityDate } = parameters;
  if (kind !== 'revoke' || !reason) throw new RangeError(`an operation ${kind} does not change certificates`);
  return { act: 'revoke', reason, ...(invalidityDate ? { invalidityDate: new Date(invalidityDate) } : {}) };
}

async function changeUnderLocks(
  tx: RevocationTx,
  unlocked: CertificateRow | undefined,
  { serial, change, now }: { readonly serial: string; readonly change: StatusChange; readonly now: Date },
  { onlyIfHeld }: ChangeOptions,
): Promise<ChangeOutcome> {
  if (!unlocked) return { serial, outcome: 'UNKNOWN' };
  if (unlocked.revoked_at) return { serial, outcome: 'ALREADY_REVOKED' };
  const customer = await lockCustomer(tx, unlocked.customer_id);
  const reissue = unlocked.reissue_id ? await lockReissue(tx, unlocked.reissue_id) : undefined;
  if (reissue && !reissue.ended_at) return { serial, outcome: 'REISSUE_OPEN', reissueId: reissue.reissue_id };

  if (onlyIfHeld || change.act === 'release') {
    const locked = (await lockCertificate(tx, serial)) ?? unlocked;
    const onHold = certificateStatusOf(locked, now) === 'ON_HOLD';
    if (onlyIfHeld && !(onHold && locked.hold_at && onlyIfHeld(locked.hold_at)))
      return { serial, outcome: 'NOT_ON_HOLD' };
    if (change.act === 'release' && onHold && (await isAnotherInForce(tx, locked, now)))
      return { serial, outcome: 'ANOTHER_IN_FORCE' };
  }

  const changed = await changeStatus(tx, serial, change, now);
  if (changed.outcome !== 'DONE') return { serial, outcome: changed.outcome };
  await publishEvent(tx, changed.certificate, customer, change, now);
  return { serial, outcome: 'DONE', was: changed.was };
}

async function isAnotherInForce(tx: RevocationTx, certificate: CertificateRow, now: Date): Promise<boolean> {
  const others = await certificatesInForce(tx, certificate, now);
  return others.some((other) => !other.hold_at);
}

async function publishEvent(
  tx: RevocationTx,
  certificate: CertificateRow,
  customer: CustomerRow,
  change: StatusChange,
  now: Date,
): Promise<void> {
  await insertEvents(tx, [
    standaloneCertificateEvent({
      certificate,
      customerRef: customer.customer_ref,
      sequence: await nextCertificateEventSequence(tx, certificate.serial),
      type: eventTypes[change.act],
      revocationReason: reasonOf(change).reason,
      occurredAt: now,
    }),
  ]);
}

/** The reason as in a CRL (RFC 5280 section 5.3.1). */
function reasonOf(change: StatusChange): { reason?: string } {
  if (change.act === 'release') return {};
  return { reason: change.act === 'hold' ? 'certificateHold' : change.reason };
}
