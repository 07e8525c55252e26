import { createHash, randomBytes } from 'node:crypto';
import { changeStatus } from '#activities/revocation';
import { ReissueChange } from '#activities/step';
import { showReissue, type CertificateEventType, type ReissueEventType } from '#libs/contracts';
import { inTransaction, type Database, type Tx } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import {
  certificateBySerial,
  certificateOnFile,
  certificatesInForce,
  certificatesOfReissue,
  putOnFile,
  withdrawCertificatesOf,
  type CertificateRow,
} from '#libs/db/certificates';
import { customerById, customerByRef, lockCustomer, type CustomerRow } from '#libs/db/customers';
import { findStep, insertStep, lockReissue, type ReissueRow } from '#libs/db/reissues';
import { allowRestoreWrites } from '#libs/db/restores';
import { defaultDeadlines, type Clock, type FinalState, type State } from '#libs/domain';
import type { CertificateJournalEntry } from '#libs/signer-journal';
import { insertLost, insertRecovered, initialRow } from './recovered-rows.js';
import type { RecoveryDecision } from './decide.js';
import type { ReissueFacts } from './facts.js';

export interface ApplyContext {
  readonly db: Database;
  readonly clock: Clock;
  /** Name of the operator in the audit trail. */
  readonly actor: string;
}

/** The owner's change of a reissue: the worker may not insert certificates. */
type OwnerChange = ReissueChange<Tx>;

const eventOfState: Readonly<Record<FinalState | 'ISSUED', ReissueEventType>> = {
  ISSUED: 'reseal.reissue.issued.v1',
  REGISTERED: 'reseal.reissue.registered.v1',
  REJECTED: 'reseal.reissue.rejected.v1',
  TIMED_OUT: 'reseal.reissue.timed-out.v1',
  CANCELLED: 'reseal.reissue.cancelled.v1',
  ABANDONED: 'reseal.reissue.abandoned.v1',
  WITHDRAWN: 'reseal.reissue.withdrawn.v1',
};

/** Carries out a decision in one transaction: certificates, row, events, answers for retried calls, audit entry. */
export async function applyDecision(
  context: ApplyContext,
  facts: ReissueFacts,
  decision: RecoveryDecision,
): Promise<void> {
  if (decision.act === 'START_AGAIN') return;
  await inTransaction(context.db, async (tx) => {
    await allowRestoreWrites(tx);
    const customer = await customerOf(tx, facts);
    if (customer) await lockCustomer(tx, customer.customer_id);
    const row = (await lockReissue(tx, facts.reissueId)) ?? (await recreate(tx, context, facts, customer));
    const now = context.clock();
    const change = new ReissueChange(tx, row, now);
    for (const entry of decision.revoke) await revokeUnknown(change, facts, entry, context.actor);
    switch (decision.act) {
      case 'REGISTER':
        await register(change, facts, decision, customer, context.actor);
        break;
      case 'ISSUE':
        await issue(change, facts, decision.fromJournal, customer);
        break;
      case 'END':
        await end(change, facts, decision, customer, context.actor);
        break;
      case 'GO_ON':
        break;
    }
    change.audit({
      actor: context.actor,
      action: 'recover',
      outcome: change.row.state,
      reason: decision.act,
      details: {
        was: facts.row?.state ?? 'MISSING',
        state: change.row.state,
        ...('at' in decision && decision.at ? { at: decision.at.toISOString() } : {}),
        ...(await certificateOf(tx, change.row.serial)),
        revoked: [
          ...decision.revoke.map(({ serial }) => serial),
          ...('lost' in decision ? decision.lost : []),
        ],
        events: facts.events.length,
        workflow: facts.workflow?.status ?? 'UNKNOWN',
      },
    });
    await change.write();
    await storeAnswersForRetries(tx, facts, decision, now);
  });
}

/** Serial number and fingerprint, which identify the certificate as the entry of its issuance does. */
async function certificateOf(tx: Tx, serial: string | null): Promise<{ serial?: string; sha256?: string }> {
  if (serial === null) return {};
  const der = (await certificateBySerial(tx, serial))?.der;
  return { serial, ...(der ? { sha256: createHash('sha256').update(der).digest('hex') } : {}) };
}

async function customerOf(
  tx: Tx,
  { row, signed, events, workflow }: ReissueFacts,
): Promise<CustomerRow | undefined> {
  const id = signed.at(-1)?.customerId ?? row?.customer_id;
  if (id) return customerById(tx, id);
  const reference = (events.at(-1)?.data['customerRef'] as string | undefined) ?? workflow?.customerRef;
  return reference === undefined ? undefined : customerByRef(tx, reference);
}

/** Records a revocation with the action that the verification of its status reads. */
async function recordRevocation(
  tx: Tx,
  actor: string,
  serial: string,
  reason: string,
  at: Date,
): Promise<void> {
  await appendAuthorityEntry(tx, {
    actor,
    action: 'certificate.revoke',
    outcome: 'DONE',
    reason,
    details: { serial, afterRestore: true },
    occurredAt: at,
  });
}

/** Creates a lost row again from workflow and events. */
async function recreate(
  tx: Tx,
  { clock }: ApplyContext,
  facts: ReissueFacts,
  customer: CustomerRow | undefined,
): Promise<ReissueRow> {
  await tx
    .insertInto('reissue')
    .values(initialRow(facts, customer, clock()))
    .execute();
  return (await lockReissue(tx, facts.reissueId))!;
}

async function register(
  change: OwnerChange,
  facts: ReissueFacts,
  { serial, fromJournal, at = change.now }: Extract<RecoveryDecision, { act: 'REGISTER' }>,
  customer: CustomerRow | undefined,
  actor: string,
): Promise<void> {
  const { tx } = change;
  if (fromJournal) await insertRecovered(tx, fromJournal);
  const certificate = (await certificateBySerial(tx, serial))!;
  await setIssuedColumns(change, facts, certificate, customer, at);
  const replaced: CertificateRow[] = [];
  for (const old of await certificatesInForce(tx, certificate, at)) {
    const { outcome } = await changeStatus(tx, old.serial, { act: 'revoke', reason: 'superseded' }, at);
    if (outcome !== 'DONE') continue;
    await recordRevocation(tx, actor, old.serial, 'superseded', at);
    replaced.push(old);
  }
  await putOnFile(tx, certificate, change.now);
  moveTo(change, facts, 'REGISTERED');
  publish(change, facts, 'reseal.certificate.registered.v1', certificate);
  for (const old of replaced) publish(change, facts, 'reseal.certificate.revoked.v1', old, 'superseded');
}

async function issue(
  change: OwnerChange,
  facts: ReissueFacts,
  fromJournal: CertificateJournalEntry,
  customer: CustomerRow | undefined,
): Promise<void> {
  await insertRecovered(change.tx, fromJournal);
  const certificate = (await certificateBySerial(change.tx, fromJournal.serial))!;
  await setIssuedColumns(change, facts, certificate, customer, new Date(fromJournal.at));
  change.set({
    deadline: new Date(change.now.getTime() + defaultDeadlines.untilRegisteredMs),
    registration_challenge_id: `rc_${randomBytes(16).toString('hex')}`,
    registration_nonce: randomBytes(32).toString('base64url'),
  });
  moveTo(change, facts, 'ISSUED');
  publish(change, facts, 'reseal.certificate.issued.v1', certificate);
}

/** Sets the columns that a reissue has once its certificate is issued. */
async function setIssuedColumns(
  change: OwnerChange,
  facts: ReissueFacts,
  certificate: CertificateRow,
  customer: CustomerRow | undefined,
  at: Date,
): Promise<void> {
  const { row, tx } = change;
  const issuedAt = timeOf(facts, 'reseal.reissue.issued.v1') ?? at;
  const before = await certificateOnFile(tx, certificate.customer_id);
  change.set({
    customer_id: customer?.customer_id ?? row.customer_id,
    serial: certificate.serial,
    basis: certificate.basis,
    old_serial: row.old_serial ?? (before && before.serial !== certificate.serial ? before.serial : null),
    virtual_id: null,
    identity_verified_at:
      row.identity_verified_at ?? timeOf(facts, 'reseal.reissue.identity-verified.v1') ?? issuedAt,
    password_verified_at:
      row.password_verified_at ?? timeOf(facts, 'reseal.reissue.password-verified.v1') ?? issuedAt,
    consents_completed_at:
      row.consents_completed_at ?? timeOf(facts, 'reseal.reissue.consents-recorded.v1') ?? issuedAt,
    issued_at: row.issued_at ?? issuedAt,
    parked_step: null,
    parked_since: null,
    parked_code: null,
    pending_message: null,
  });
}

async function end(
  change: OwnerChange,
  facts: ReissueFacts,
  { state, code, byRestore, lost, revoke }: Extract<RecoveryDecision, { act: 'END' }>,
  customer: CustomerRow | undefined,
  actor: string,
): Promise<void> {
  const closed = await withdrawCertificatesOf(change.tx, facts.reissueId, change.now);
  const revokedSerials = [...closed.closed, ...closed.revoked];
  for (const serial of lost)
    if (await insertLost(change.tx, { serial, reissueId: facts.reissueId }, customer, change.now))
      revokedSerials.push(serial);
  for (const serial of revokedSerials) await recordUnusedRevoked(change, facts, serial, actor);
  const byOperator = state === 'WITHDRAWN' ? 'WITHDRAWN_BY_OPERATOR' : 'ABANDONED_BY_OPERATOR';
  const made = revoke.at(-1);
  const { row } = change;
  // A certificate is signed only after the holder was identified, so the holder may be notified.
  const identified = made ? new Date(made.createdAt) : lost.length > 0 ? change.now : null;
  const verifiedAt =
    row.identity_verified_at ?? timeOf(facts, 'reseal.reissue.identity-verified.v1') ?? identified;
  const onFile =
    verifiedAt && customer ? await certificateOnFile(change.tx, customer.customer_id) : undefined;
  change.set({
    end_code: code ?? (byRestore ? byOperator : null),
    customer_id: customer?.customer_id ?? row.customer_id,
    identity_verified_at: verifiedAt,
    old_serial: row.old_serial ?? onFile?.serial ?? null,
    ...(byRestore && made ? { serial: made.serial, basis: made.basis } : {}),
  });
  moveTo(change, facts, state);
}

/** Moves the reissue from any state of the backup to `state`, and publishes the event unless it was published. */
function moveTo(change: OwnerChange, facts: ReissueFacts, state: FinalState | 'ISSUED'): void {
  const previousState: State = change.row.state;
  change.set({ state });
  if (state !== 'ISSUED')
    change.set({
      ended_at: change.now, // equals the time of the audit entry, whose details have the original end
      deadline: null,
      parked_step: null,
      parked_since: null,
      parked_code: null,
      pending_message: null,
      virtual_id: null,
    });
  const type = eventOfState[state];
  if (timeOf(facts, type)) return; // already published
  const { end_code: code } = change.row;
  change.publish(type, { previousState, ...(code === null ? {} : { code }) });
}

/** Publishes a change of a certificate, unless it was published before the restore. */
function publish(
  change: OwnerChange,
  { events }: ReissueFacts,
  type: CertificateEventType,
  certificate: Parameters<OwnerChange['publishCertificate']>[1],
  reason?: string,
): void {
  if (events.some((event) => event.type === type && event.key === certificate.serial)) return;
  change.publishCertificate(type, certificate, reason);
}

/** Revokes a signed certificate that is not in the database: the customer may have it. */
async function revokeUnknown(
  change: OwnerChange,
  facts: ReissueFacts,
  entry: CertificateJournalEntry,
  actor: string,
): Promise<void> {
  await insertRecovered(change.tx, entry, change.now);
  await recordUnusedRevoked(change, facts, entry.serial, actor);
}

/** Records and publishes the revocation of a certificate that must not be used. */
async function recordUnusedRevoked(
  change: OwnerChange,
  facts: ReissueFacts,
  serial: string,
  actor: string,
): Promise<void> {
  await recordRevocation(change.tx, actor, serial, 'cessationOfOperation', change.now);
  publish(change, facts, 'reseal.certificate.revoked.v1', { serial }, 'cessationOfOperation');
}

/** Stores an answer for each call that succeeded before the restore, so that a retry gets the current reissue. */
async function storeAnswersForRetries(
  tx: Tx,
  facts: ReissueFacts,
  decision: RecoveryDecision,
  now: Date,
): Promise<void> {
  const row = (await lockReissue(tx, facts.reissueId))!;
  const shownWith = { ...(await certificatesOfReissue(tx, row)), now };
  const steps = facts.workflow?.steps ?? [];
  // A reissue that continues from the backup must accept its later steps again.
  for (const { kind, updateId, requestHmac } of steps) {
    if (decision.act === 'GO_ON' && kind !== 'start') continue;
    if (await findStep(tx, row.reissue_id, updateId)) continue;
    await insertStep(tx, {
      reissue_id: row.reissue_id,
      update_id: updateId,
      kind,
      request_hmac: requestHmac,
      outcome: {
        status: 'DONE',
        challenges: [],
        results: [],
        reissue: showReissue(row, shownWith),
        notify: [],
        superseded: [],
      },
      recorded_at: now,
    }).execute();
  }
}

const timeOf = ({ events }: ReissueFacts, type: string): Date | undefined =>
  events.findLast((event) => event.type === type)?.occurredAt;
