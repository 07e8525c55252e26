import { endCodes, isFinal, possibleReissueActs, type EndCode } from '#libs/domain';
import type { OperationOnTarget } from '#libs/db/audit';
import type { ListedReissue, ReissueClaim } from '#libs/db/reissues';
import { showClaim } from '../claims/show-claim.js';
import { systems } from '../figures/schemas.js';
import type { ShownReissueDetail, ShownReissueSummary } from './schemas.js';
import { waitingWords } from './waiting-words.js';

const text = (time: Date | null) => time?.toISOString() ?? null;

/** What is known about parked reissues apart from their rows, by id. */
export interface AboutParked {
  /** What each waits for. */
  readonly systems: ReadonlyMap<string, string | null>;
  readonly claims: ReadonlyMap<string, ReissueClaim>;
}

/** A reissue as an item of a list. */
export function showSummary(row: ListedReissue, about: AboutParked): ShownReissueSummary {
  const claim = about.claims.get(row.reissue_id);
  return {
    id: row.reissue_id,
    receiptNumber: row.receipt_number,
    state: row.state,
    reason: row.reason,
    basis: row.basis,
    customerRef: row.customer_ref,
    serial: row.serial,
    parked:
      row.parked_step && row.parked_code && row.parked_since
        ? {
            step: row.parked_step,
            code: row.parked_code,
            since: row.parked_since.toISOString(),
            system: systems.find((system) => system === about.systems.get(row.reissue_id)) ?? null,
            claim: claim ? showClaim(claim) : null,
            sequence: row.park_sequence,
          }
        : null,
    endCode: endCodes.find((code): code is EndCode => code === row.end_code) ?? null,
    deadline: row.parked_step ? null : text(row.deadline),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    endedAt: text(row.ended_at),
  };
}

/** How often ended reissues are archived, in milliseconds. */
const archivePeriodMs = 60_000;

interface Periods {
  /** How long a parked reissue waits for an operator, in milliseconds. */
  readonly parkedDeadlineMs: number;
  /** How long after its end a reissue is archived, in milliseconds. */
  readonly archiveAfterMs: number;
}

/** The details of a reissue that its row holds. */
export function showDetail(
  row: ListedReissue,
  about: AboutParked,
  { parkedDeadlineMs, archiveAfterMs }: Periods,
): Omit<ShownReissueDetail, 'operations' | 'notes' | 'temporalUrl'> {
  return {
    ...showSummary(row, about),
    effectiveReason: row.effective_reason,
    applicantBy: row.applicant_by,
    methods: isFinal(row.state) ? [] : row.methods,
    attempts: { identity: row.identity_attempts, password: row.password_attempts },
    steps: row.steps,
    oldSerial: row.old_serial,
    milestones: {
      identityVerifiedAt: text(row.identity_verified_at),
      passwordVerifiedAt: text(row.password_verified_at),
      consentsCompletedAt: text(row.consents_completed_at),
      issuedAt: text(row.issued_at),
      downloadedAt: text(row.downloaded_at),
      archivedAt: text(row.archived_at),
    },
    archiveDueAt:
      row.ended_at && !row.archived_at
        ? new Date(row.ended_at.getTime() + archiveAfterMs + archivePeriodMs).toISOString()
        : null,
    waitingFor: waitingFor(row, parkedDeadlineMs),
    possible: possibleReissueActs(row),
  };
}

/** What the reissue waits for, since when and until when; null once it has ended. */
function waitingFor(row: ListedReissue, untilAbandonedMs: number): ShownReissueDetail['waitingFor'] {
  if (isFinal(row.state)) return null;
  if (row.parked_step && row.parked_since) {
    const end = row.parked_since.getTime() + untilAbandonedMs;
    return {
      who: 'operator',
      text: waitingWords.parked(row.parked_step, row.parked_code),
      since: row.parked_since.toISOString(),
      until: new Date(end).toISOString(),
    };
  }
  const cools = row.state === 'COOLING_OFF';
  return {
    who: row.state === 'ISSUING' || cools ? 'system' : 'customer',
    text: waitingWords.states[row.state],
    since: row.updated_at.toISOString(),
    until: text(cools ? row.cooling_off_until : row.deadline),
  };
}

/** An operation that named a reissue or a certificate. */
export const showOperationOnTarget = (
  operation: OperationOnTarget,
): ShownReissueDetail['operations'][number] => ({
  operationId: operation.operation_id,
  kind: operation.kind,
  state: operation.state,
  outcome: operation.outcome,
  requestedBy: operation.requested_by,
  approvedBy: operation.approved_by,
  reason: operation.reason,
  createdAt: operation.created_at.toISOString(),
});
