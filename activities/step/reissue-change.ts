import { BrokenInvariant } from './guard.js';
import { countChange } from './reissue-metrics.js';
import { sentOfStep } from './step-notifications.js';
import {
  isFinal,
  nextStates,
  notificationOfEnd,
  type EndCode,
  type FinalState,
  type Message,
  type NotificationKind,
  type State,
} from '#libs/domain';
import type { CertificateEventType, ReissueEventData, ReissueEventType } from '#libs/contracts';
import { afterCommit, type RoleTx, type WritePart } from '#libs/db';
import type { NewAuditEntry } from '#libs/db/audit';
import type { CertificateRow } from '#libs/db/certificates';
import type { CustomerRow } from '#libs/db/customers';
import type { NewEvent } from '#libs/db/events';
import { destroyPhotos } from '#libs/db/identity';
import {
  destroyVaultItemsOfReissue,
  destroyVaultItemsOfStep,
  insertStep,
  notificationPart,
  updateReissue,
  type NewStep,
  type ReissueChanges,
  type ReissueRow,
  type ShownCertificates,
} from '#libs/db/reissues';
import { certificateEvent, reissueEvent } from '#libs/events';

/**
 * A change to a locked reissue. It collects new columns, events and audit entries, and writes them in one transaction,
 * so that state, events and audit always agree. The transaction is the worker's, or one with more privileges.
 */
export class ReissueChange<Transaction extends RoleTx<'worker'> = RoleTx<'worker'>> {
  private changes: ReissueChanges = {};
  private readonly events: NewEvent[] = [];
  private readonly eventTypes: ReissueEventType[] = [];
  private readonly entries: Omit<NewAuditEntry, 'occurred_at'>[] = [];
  private readonly others: WritePart[] = [];
  readonly notify: NotificationKind[] = [];
  /** The notification of the end, if this change ends the reissue. */
  private readonly ending: NotificationKind[] = [];
  /** The person, if the step locked them and the bank knows them. */
  person: CustomerRow | undefined;
  /** The certificates that clients see, as the step read them; undefined after a change of one of them. */
  certificates: ShownCertificates | undefined;
  /** Further details for the step's own audit entry. */
  readonly auditDetails: Record<string, unknown> = {};
  /** What the step of a reissue that parks waited for; for the metrics. */
  waitsFor: string | undefined;

  constructor(
    readonly tx: Transaction,
    /** The row with the changes so far. */
    public row: ReissueRow,
    readonly now: Date,
  ) {}

  set(changes: ReissueChanges): void {
    if (changes.serial !== undefined || changes.old_serial !== undefined) this.certificates = undefined;
    this.changes = { ...this.changes, ...changes };
    this.row = { ...this.row, ...(changes as Partial<ReissueRow>) };
  }

  /** Moves to `state` because of `message`. @throws BrokenInvariant if the transition table has no such move */
  move<To extends State>(
    message: Message,
    state: To,
    event: ReissueEventType,
    about: { code?: To extends FinalState ? EndCode : string } = {},
  ): void {
    const from = this.row.state;
    if (!nextStates(from, message).includes(state))
      throw new BrokenInvariant(`no transition from ${from} by ${message} to ${state}`);
    this.set({ state });
    if (isFinal(state)) {
      this.ending.push(notificationOfEnd[state]);
      this.set({
        ended_at: this.now,
        deadline: null,
        parked_step: null,
        parked_since: null,
        parked_code: null,
        pending_message: null,
        virtual_id: null,
        end_code: (about.code as EndCode | undefined) ?? null,
      });
    }
    this.publish(event, { ...about, previousState: from });
  }

  /** Publishes that the reissue started. */
  publishStarted(): void {
    this.publish('reseal.reissue.started.v1', { previousState: null });
  }

  /** Adds an event with the present state of the reissue. */
  publish(
    type: ReissueEventType,
    about: { code?: string; previousState?: State | null; terms?: ReissueEventData['terms'] } = {},
  ): void {
    this.set({ event_sequence: this.row.event_sequence + 1 });
    this.eventTypes.push(type);
    this.events.push(
      reissueEvent({
        reissue: this.row,
        sequence: this.row.event_sequence,
        type,
        previousState: about.previousState === undefined ? this.row.state : about.previousState,
        occurredAt: this.now,
        ...(about.code ? { code: about.code } : {}),
        ...(about.terms ? { terms: about.terms } : {}),
      }),
    );
  }

  publishCertificate(
    type: CertificateEventType,
    certificate: Pick<CertificateRow, 'serial'> & Partial<Pick<CertificateRow, 'not_before' | 'not_after'>>,
    revocationReason?: string,
  ): void {
    this.certificates = undefined;
    this.set({ event_sequence: this.row.event_sequence + 1 });
    this.events.push(
      certificateEvent({
        reissue: this.row,
        sequence: this.row.event_sequence,
        type,
        serial: certificate.serial,
        occurredAt: this.now,
        ...(certificate.not_before ? { notBefore: certificate.not_before } : {}),
        ...(certificate.not_after ? { notAfter: certificate.not_after } : {}),
        ...(revocationReason ? { revocationReason } : {}),
      }),
    );
  }

  /** The notifications that {@link write} leaves to the outbox, which sends what of them is due. */
  get notified(): readonly NotificationKind[] {
    return [...new Set([...this.notify, ...this.ending])];
  }

  /** Adds details to the step's own audit entry. */
  addAuditDetails(details: Record<string, unknown>): void {
    Object.assign(this.auditDetails, details);
  }

  audit(entry: Omit<NewAuditEntry, 'occurred_at'>): void {
    this.entries.push(entry);
  }

  /** Adds a write to the statement that {@link write} runs. It changes neither the reissue nor what another one changes. */
  add(...writes: readonly WritePart[]): void {
    this.others.push(...writes);
  }

  /** Writes everything in one statement. @param step the recorded answer, whose secrets are destroyed */
  async write(step?: NewStep): Promise<ReissueRow> {
    const { tx, now } = this;
    const reissueId = this.row.reissue_id;
    const ended = isFinal(this.row.state);
    const waited = this.row.cooling_off_since !== null;
    const waiting = sentOfStep(this.notified, { now, waited }).map(({ kind, due }) => ({
      reissue_id: reissueId,
      occasion: occasionOf(kind, this.row),
      kind,
      due_at: due,
      created_at: now,
    }));
    await updateReissue(
      tx,
      reissueId,
      { ...this.changes, updated_at: now },
      {
        events: this.events,
        audits: this.entries.map((entry) => ({ ...entry, occurred_at: now })),
        others: [
          ...this.others,
          ...(waiting.length > 0 ? [notificationPart(tx, waiting)] : []),
          ...(step ? [insertStep(tx, step)] : []),
          ...(step && !ended ? [destroyVaultItemsOfStep(tx, reissueId, step.update_id)] : []),
          ...(ended ? [destroyVaultItemsOfReissue(tx, reissueId), destroyPhotos(tx, reissueId)] : []),
        ],
      },
    );
    const { row, eventTypes, waitsFor } = this;
    afterCommit(tx, () => {
      for (const type of eventTypes) countChange({ type, row, now, waitsFor });
    });
    return row;
  }
}

/** The name of a notification among those of its reissue: its kind, with a number if there can be several of this kind. */
export function occasionOf(
  kind: NotificationKind,
  { reminders_sent, park_sequence }: Pick<ReissueRow, 'reminders_sent' | 'park_sequence'>,
): string {
  if (kind === 'REMINDER') return `REMINDER-${reminders_sent}`;
  return kind === 'RESUMED' ? `RESUMED-${park_sequence}` : kind;
}
