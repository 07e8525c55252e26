import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Tables } from './tables.js';

/** A row as it is read. */
export type Row<Table extends keyof Tables> = Selectable<Tables[Table]>;
/** A row as it is inserted: columns with a default, and those that may be null, are optional. */
export type NewRow<Table extends keyof Tables> = Insertable<Tables[Table]>;
/** New values of some columns of a row. */
type RowChanges<Table extends keyof Tables> = Updateable<Tables[Table]>;

export type CustomerRow = Row<'customer'>;
export type ReissueRow = Row<'reissue'>;
export type NewReissue = NewRow<'reissue'>;
export type ReissueChanges = RowChanges<'reissue'>;
export type ChallengeRow = Row<'challenge'>;
export type IdentityMethodRow = Row<'identity_method'>;
export type IdentityTryRow = Row<'identity_try'>;
export type StepRow = Row<'step'>;
export type CertificateRow = Row<'certificate'>;
export type NewCertificate = NewRow<'certificate'>;
export type EventRow = Row<'event'>;
export type PasswordCredentialRow = Row<'password_credential'>;
export type OperationRow = Row<'operation'>;
export type OperationItemRow = Row<'operation_item'>;
export type OperationApprovalRow = Row<'operation_approval'>;
export type AuditCheckpointRow = Row<'audit_checkpoint'>;
