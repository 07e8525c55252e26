import type { CertificateRow } from '#libs/db/certificates';
import type { ReissueRow } from '#libs/db/reissues';
import type { StartReissue, State } from '#libs/domain';
import type { PublishedEvent } from '#libs/events';
import type { CertificateJournalEntry } from '#libs/signer-journal';

/** A finished step of a workflow, identified as in a retry of the call. */
export interface FinishedStep {
  readonly kind: string;
  readonly updateId: string;
  readonly requestHmac: string;
}

/** The facts about a reissue in the history of its workflow. */
export interface WorkflowSummary {
  readonly status: 'RUNNING' | 'COMPLETED' | 'CLOSED';
  readonly startedAt: Date;
  readonly closedAt: Date | undefined;
  readonly start: StartReissue | undefined;
  /** The state in which it completed. */
  readonly result: State | undefined;
  readonly steps: readonly FinishedStep[];
  /** Serial number of the certificate that the signer returned. */
  readonly issuedSerial: string | undefined;
  readonly customerRef: string | undefined;
}

/** The data of a reissue in the database, and what the database has lost. */
export interface ReissueFacts {
  readonly reissueId: string;
  readonly row: ReissueRow | undefined;
  /** The reissue's certificate in the database, unless revoked. */
  readonly live: CertificateRow | undefined;
  readonly workflow: WorkflowSummary | undefined;
  /** Published events that are not in the database, in order. */
  readonly events: readonly PublishedEvent[];
  /** Signed certificates that are not in the database, in order. */
  readonly signed: readonly CertificateJournalEntry[];
}
