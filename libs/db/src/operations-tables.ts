import type { OperationKind, OperationParameters, OperationSelection, OperationState } from '#libs/domain';
import type { GeneratedAlways, JSONColumnType, Selectable } from 'kysely';

/** Entries that wait to become leaves of the log. */
export interface AuditPendingTable {
  position: GeneratedAlways<string>;
  stream: string;
  sequence: string;
}

export interface AuditLeafTable {
  leaf_index: string;
  stream: string;
  sequence: string;
  leaf_hash: Buffer;
}

export interface AuditNodeTable {
  level: number;
  node_index: string;
  hash: Buffer;
}

export interface AuditCheckpointTable {
  size: string;
  root: Buffer;
  made_at: Date;
  jws: string;
}

export interface ReissueArchiveTable {
  reissue_id: string;
  history: Buffer | null;
  history_digest: string;
  original_digest: string;
  events: number;
  archived_at: Date;
}

export interface RetentionMarkTable {
  record_class: string;
  purged_before: Date;
}

export interface EvidenceBundleTable {
  export_id: string;
  reissue_id: string;
  requested_by: string;
  bundle: Buffer;
  made_at: Date;
}

export interface OperationTable {
  operation_id: string;
  kind: OperationKind;
  state: OperationState;
  selection: JSONColumnType<OperationSelection>;
  parameters: JSONColumnType<OperationParameters>;
  reason: string;
  digest: string;
  items: number;
  requested_by: string;
  request_key: string | null;
  request_digest: string | null;
  created_at: Date;
  confirmed_at: Date | null;
  started_at: Date | null;
  ended_at: Date | null;
  updated_at: Date;
}

export interface OperationItemTable {
  operation_id: string;
  ordinal: number;
  target: string;
  park_sequence: number | null;
  plan: JSONColumnType<Record<string, unknown>>;
  outcome: string | null;
  detail: string | null;
  tried_at: Date | null;
  notice: HolderNotificationState | null;
}

/** Whether the holder of a certificate that an operation changed was told. */
export type HolderNotificationState = 'SENT' | 'NO_CONTACT' | 'NOT_SENT';

export interface OperationApprovalTable {
  operation_id: string;
  digest: string;
  requested_by: string;
  decided_by: string;
  decision: 'APPROVED' | 'REJECTED';
  comment: string | null;
  decided_at: Date;
}

export type OperationRow = Selectable<OperationTable>;
export type OperationItemRow = Selectable<OperationItemTable>;
export type OperationApprovalRow = Selectable<OperationApprovalTable>;
export type AuditCheckpointRow = Selectable<AuditCheckpointTable>;
