import { finalStates, isFinal, type FinalState, type EndCode } from '#libs/domain';
import type { CertificateJournalEntry } from '#libs/signer-journal';
import type { ReissueFacts } from './facts.js';

/** How to reconcile a reissue of which the database has lost data. */
export type RecoveryDecision = {
  /** Signed certificates that must never be used. */
  readonly revoke: readonly CertificateJournalEntry[];
} & (
  | {
      /** The reissue was registered and is registered again, with its certificate. */
      readonly act: 'REGISTER';
      readonly serial: string;
      /** The certificate, if the database has lost it. */
      readonly fromJournal: CertificateJournalEntry | undefined;
      readonly at: Date | undefined;
    }
  | {
      /** The certificate was issued and the customer may have it, so the reissue waits for its registration. */
      readonly act: 'ISSUE';
      readonly fromJournal: CertificateJournalEntry;
    }
  | {
      readonly act: 'END';
      readonly state: FinalState;
      readonly code: EndCode | undefined;
      readonly at: Date | undefined;
      /** Whether the reconciliation ends the reissue; then the customer is notified. */
      readonly byRestore: boolean;
      /** Serial numbers of certificates without any other known data. */
      readonly lost: readonly string[];
    }
  /** Nothing irreversible has happened: a retry of the start begins again. */
  | { readonly act: 'START_AGAIN' }
  /** The reissue continues from its row. */
  | { readonly act: 'GO_ON' }
);

/**
 * Decides by workflow, published events and the signer's journal. There is never a second valid certificate: one that the
 * customer may have is either inserted into the database again or revoked.
 */
export function decideRecovery(facts: ReissueFacts): RecoveryDecision {
  const { row, live, signed } = facts;
  const end = endOf(facts);
  const serial = issuedSerialOf(facts);
  const fromJournal = serial === undefined ? signed.at(-1) : signed.find((entry) => entry.serial === serial);
  const others = signed.filter((entry) => entry !== fromJournal);

  if (row && isFinal(row.state)) return { act: 'GO_ON', revoke: signed };
  if (end?.state === 'REGISTERED') {
    if (live && (serial === undefined || live.serial === serial))
      return { act: 'REGISTER', serial: live.serial, fromJournal: undefined, at: end.at, revoke: signed };
    // A second certificate was issued on the restored database before the restore was detected. It is newer, so it stays.
    if (live) return { act: 'GO_ON', revoke: signed };
    if (fromJournal)
      return { act: 'REGISTER', serial: fromJournal.serial, fromJournal, at: end.at, revoke: others };
    return endByRestore('ABANDONED', signed, serial);
  }
  if (end) {
    const { state, code, at } = end;
    return {
      act: 'END',
      state,
      code,
      at,
      byRestore: false,
      lost: lostSerials(serial, signed, live),
      revoke: signed,
    };
  }
  if (live) return { act: 'GO_ON', revoke: signed };
  if (fromJournal && row) return { act: 'ISSUE', fromJournal, revoke: others };
  if (fromJournal) return endByRestore('WITHDRAWN', signed, undefined);
  if (serial !== undefined) return endByRestore('ABANDONED', signed, serial);
  return { act: row ? 'GO_ON' : 'START_AGAIN', revoke: signed };
}

function endByRestore(
  state: 'ABANDONED' | 'WITHDRAWN',
  revoke: readonly CertificateJournalEntry[],
  serial: string | undefined,
): RecoveryDecision {
  const lost = lostSerials(serial, revoke, undefined);
  return { act: 'END', state, code: undefined, at: undefined, byRestore: true, lost, revoke };
}

const lostSerials = (
  serial: string | undefined,
  signed: readonly CertificateJournalEntry[],
  live: { readonly serial: string } | undefined,
): string[] =>
  serial === undefined || live?.serial === serial || signed.some((entry) => entry.serial === serial)
    ? []
    : [serial];

interface End {
  readonly state: FinalState;
  readonly code: EndCode | undefined;
  readonly at: Date | undefined;
}

/** How the reissue ended, by its events, or by its workflow if those were not published. */
function endOf({ events, workflow }: ReissueFacts): End | undefined {
  const last = events.findLast(({ data }) => isOneOf(finalStates, data['state']));
  if (last) {
    const { state, code } = last.data as { state: FinalState; code?: EndCode };
    return { state, code, at: last.occurredAt };
  }
  const result = workflow?.status === 'COMPLETED' ? workflow.result : undefined;
  return result && isFinal(result) ? { state: result, code: undefined, at: workflow?.closedAt } : undefined;
}

function issuedSerialOf({ events, workflow }: ReissueFacts): string | undefined {
  const issued = events.findLast(({ type }) => type === 'reseal.certificate.issued.v1');
  return (issued?.data['serial'] as string | undefined) ?? workflow?.issuedSerial;
}

const isOneOf = <T>(values: readonly T[], value: unknown): value is T =>
  (values as readonly unknown[]).includes(value);
