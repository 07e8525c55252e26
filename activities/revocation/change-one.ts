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
  /** Who does it, as the audit trail names them. */
  readonly actor: string;
}

/** Why a change outside any reissue is refused. */
export type ChangeRefusal =
  | ActRefusal
  /** No such serial number was ever given. */
  | 'UNKNOWN'
  /** It belongs to a reissue that has not ended: that is to be cancelled or abandoned, which takes it back too. */
  | 'REISSUE_OPEN'
  /** Its holder uses another one by now: two of a person are never in force. */
  | 'ANOTHER_IN_FORCE'
  /** The operation in whose name it was asked for does not allow it. */
  | 'NOT_APPROVED';

export type ChangeOutcome =
  | { readonly serial: string; readonly outcome: 'DONE'; readonly was: CertificateStatus }
  | { readonly serial: string; readonly outcome: ChangeRefusal; readonly reissueId?: string };

export interface ChangeOptions {
  /** In the operator's words, for the audit trail. */
  readonly comment?: string;
  /** Acts only on a certificate that is on hold, and since when it is must satisfy this. Asked under the locks. */
  readonly onlyIfHeld?: (since: Date) => boolean;
  /** The rule by which it is done automatically, for the audit trail. */
  readonly policy?: 'HOLD_TIME_LIMIT';
  /**
   * The operation in whose name it is done. Whether it allows this is read in the transaction that changes the
   * certificate, and nothing is changed where it does not.
   */
  readonly operationId?: string;
}

const eventTypes: Readonly<Record<CertificateAct, CertificateEventType>> = {
  revoke: 'reseal.certificate.revoked.v1',
  hold: 'reseal.certificate.held.v1',
  release: 'reseal.certificate.released.v1',
};

/** What an item of an operation came to. */
export const outcomeWords = { revoke: 'REVOKED', hold: 'HELD', release: 'RELEASED' } as const;

/** Refusals that only say that nothing was left to do: a repetition leaves no trace. */
const refusalsWithoutTrace: readonly ChangeRefusal[] = ['ALREADY_REVOKED', 'ALREADY_ON_HOLD', 'NOT_ON_HOLD'];

/**
 * Revokes, holds or releases one certificate outside any reissue: status, event and audit entry in one transaction,
 * under the locks on holder, reissue and certificate, in that order.
 *
 * @throws {RangeError} if the invalidity date lies in the future
 */
export async function changeOne(
  { db, clock, actor }: RevocationContext,
  serial: string,
  change: StatusChange,
  options: ChangeOptions = {},
): Promise<ChangeOutcome> {
  return inTransaction(db, async (tx) => {
    const now = clock();
    if (change.act === 'revoke' && change.invalidityDate && change.invalidityDate > now)
      throw new RangeError('the invalidity date lies in the future');
    const { operationId } = options;
    // Whose it is, which reissue made it and that it is revoked never changes: so much can be read without the locks.
    const certificate = await certificateBySerial(tx, serial);
    const allowed =
      operationId === undefined ? true : await approvedOrRefused(tx, operationId, serial, change, now);
    const result =
      typeof allowed === 'string'
        ? ({ serial, outcome: 'NOT_APPROVED' } as const)
        : await changeUnderLocks(tx, certificate, { serial, change, now }, options);
    const refused = result.outcome !== 'DONE';
    if (refused && refusalsWithoutTrace.includes(result.outcome)) return result;
    // With the change itself: one that was interrupted after it is not taken for somebody else's when it is tried again.
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
  });
}

/** The operation that asks for exactly this change of this certificate, approved; or why it cannot be made. */
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
 * The change of status that an operation asks for.
 *
 * @throws {RangeError} if it is of another kind, or a revocation without its reason
 */
export function changeOf({ kind, parameters }: Pick<ApprovedOperation, 'kind' | 'parameters'>): StatusChange {
  if (kind === 'hold' || kind === 'release') return { act: kind };
  const { revocationReason: reason, invalidityDate } = parameters;
  if (kind !== 'revoke' || !reason) throw new RangeError(`${kind} does not say how a certificate changes`);
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

/** As a CRL names it (RFC 5280 section 5.3.1). */
function reasonOf(change: StatusChange): { reason?: string } {
  if (change.act === 'release') return {};
  return { reason: change.act === 'hold' ? 'certificateHold' : change.reason };
}
