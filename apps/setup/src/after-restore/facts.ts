import type { CertificateRow } from '#libs/db/certificates';
import type { ReissueRow } from '#libs/db/reissues';
import type { StartReissue, State } from '#libs/domain';
import type { PublishedEvent } from '#libs/events';
import type { CertificateJournalEntry } from '#libs/signer-journal';

/** A step that a workflow has finished, as its caller will repeat it. */
export interface FinishedStep {
  readonly kind: string;
  readonly updateId: string;
  readonly requestHmac: string;
}

/** What a workflow's history knows of its reissue. */
export interface WorkflowSummary {
  readonly status: 'RUNNING' | 'COMPLETED' | 'CLOSED';
  readonly startedAt: Date;
  readonly closedAt: Date | undefined;
  readonly start: StartReissue | undefined;
  /** The state in which it completed. */
  readonly result: State | undefined;
  readonly steps: readonly FinishedStep[];
  /** The certificate that the signer answered with. */
  readonly issuedSerial: string | undefined;
  readonly customerRef: string | undefined;
}

/** What the database has of a reissue, and what it has lost. */
export interface ReissueFacts {
  readonly reissueId: string;
  readonly row: ReissueRow | undefined;
  /** The certificate of the reissue that the database has and that is not revoked. */
  readonly live: CertificateRow | undefined;
  readonly workflow: WorkflowSummary | undefined;
  /** Published events that the database does not have, in their order. */
  readonly events: readonly PublishedEvent[];
  /** Certificates that were signed and that the database does not have, in their order. */
  readonly signed: readonly CertificateJournalEntry[];
}
