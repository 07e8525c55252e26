import type {
  IdentifierKind,
  Basis,
  Carrier,
  IdentityMethod,
  PinnedIdentityRule,
  ParkableStep,
  ParkCode,
  Reason,
  State,
  CustomerMessage,
  StartReissue,
} from '#libs/domain';
import type {
  ColumnType,
  Generated,
  GeneratedAlways,
  Insertable,
  JSONColumnType,
  Selectable,
  Updateable,
} from 'kysely';
import type {
  AuditCheckpointTable,
  AuditLeafTable,
  AuditNodeTable,
  AuditPendingTable,
  EvidenceBundleTable,
  OperationApprovalTable,
  OperationItemTable,
  OperationTable,
  ReissueArchiveTable,
  RetentionMarkTable,
} from './operations-tables.js';
import type { RootCrlTable } from './crls/root-crls.js';
import type { AccessRevocationTable } from './reissues/access-revocations.js';
import type { RestoreTable } from './restores/restores.js';
import type { OperationProofTable, StaffKeyTable } from './operations/operation-proofs.js';
import type { WebhookDeliveryTable, WebhookEndpointTable } from './events/webhooks.js';

interface CustomerTable {
  customer_id: string;
  customer_ref: string;
  ci: string;
  name: string;
  mobile: string;
  email: string | null;
  carrier: Generated<string | null>;
  bank_code: string;
  account_number: string;
  created_at: Date;
}

interface PasswordCredentialTable {
  customer_id: string;
  verifier: string;
  wrong_tries: Generated<number>;
  set_at: Date;
}

interface ReissueTable {
  reissue_id: string;
  api_key_name: string;
  reason: Reason;
  state: State;
  applicant_name: string;
  applicant_mobile: string | null;
  applicant_by: Generated<IdentifierKind>;
  applicant_carrier: Generated<Carrier | null>;
  person_key: string;
  customer_id: string | null;
  customer_ref: string;
  key_thumbprint: string;
  effective_reason: Reason;
  policy_version: string;
  /** The policy's rule as it was when the reissue began; null in rows older than the column. */
  identity_rule: ColumnType<PinnedIdentityRule | null, string | null | undefined, string | null>;
  /** Keyed digest of the id by which the client names its device. */
  device: Generated<string | null>;
  methods: IdentityMethod[];
  identity_attempts: number;
  password_attempts: number | null;
  resetting: Generated<boolean>;
  basis: Basis | null;
  old_serial: string | null;
  csr: string | null;
  virtual_id: Buffer | null;
  serial: string | null;
  registration_challenge_id: string | null;
  registration_nonce: string | null;
  parked_step: ParkableStep | null;
  parked_since: Date | null;
  parked_code: ParkCode | null;
  park_sequence: Generated<number>;
  pending_message: ColumnType<
    StartReissue | CustomerMessage | null,
    string | null | undefined,
    string | null
  >;
  deadline: Date | null;
  reminders_sent: Generated<number>;
  steps: Generated<number>;
  event_sequence: Generated<number>;
  audit_sequence: Generated<number>;
  identity_verified_at: Date | null;
  password_verified_at: Date | null;
  consents_completed_at: Date | null;
  issued_at: Date | null;
  downloaded_at: Date | null;
  ended_at: Date | null;
  /** Why it ended; null before, and where it was registered. */
  archived_at: Generated<Date | null>;
  /** When what says who the applicant was went by rule. */
  purged_at: Generated<Date | null>;
  end_code: string | null;
  created_at: Date;
  updated_at: Date;
}

export interface IdentityMethodTable {
  reissue_id: string;
  method: IdentityMethod;
  tries: Generated<number>;
  sends: Generated<number>;
  locked: Generated<boolean>;
  verified_at: Date | null;
  ci: string | null;
}

export interface ChallengeTable {
  challenge_id: string;
  reissue_id: string;
  update_id: string;
  method: IdentityMethod;
  transaction_id: string;
  hint: string;
  state: 'PREPARED' | 'SENT' | 'ACCEPTED' | 'REPLACED';
  deliverable: boolean;
  /** Which of several providers the transaction is at. */
  provider: Generated<string | null>;
  /** Of what is to be signed. */
  nonce: Generated<string | null>;
  expires_at: Date;
  created_at: Date;
}

export interface IdentityTryTable {
  reissue_id: string;
  update_id: string;
  challenge_id: string;
  state: 'GRANTED' | 'LOCKED' | 'EXPIRED';
  verdict: 'MATCHED' | 'MISMATCHED' | 'EXPIRED' | null;
  ci: string | null;
  /** Why an answer was wrong: for the auditor, never for the customer. */
  finding: Generated<string | null>;
}

interface IdentityDayTable {
  person_key: string;
  method: IdentityMethod;
  day: string;
  tries: Generated<number>;
}

interface PasswordTryTable {
  reissue_id: string;
  update_id: string;
  granted: boolean;
  /** When the password was set that the try is for; null: older than this column. */
  password_set_at: Generated<Date | null>;
  /** RESET: it set a new one. Null: not compared, or older than this column. */
  verdict: Generated<'MATCHED' | 'MISMATCHED' | 'RESET' | null>;
}

export interface ConsentTable {
  reissue_id: string;
  terms_id: string;
  version: string;
  digest: string;
  locale: string;
  agreed: boolean;
  address: string;
  agent: string;
  act: Generated<'GIVEN' | 'WITHDRAWN'>;
  /** The step that recorded it; null: older than this column. */
  update_id: Generated<string | null>;
  recorded_at: Date;
}

interface StepTable {
  reissue_id: string;
  update_id: string;
  kind: string;
  request_hmac: string;
  outcome: JSONColumnType<Record<string, unknown>>;
  recorded_at: Date;
}

interface VaultItemTable {
  handle: string;
  reissue_id: string;
  update_id: string;
  envelope: string;
  /** What the envelope must be for; null: the reissue. */
  subject: Generated<string | null>;
  /** From before envelopes named the key and the front end they are for. */
  unbound: GeneratedAlways<boolean>;
  created_at: Date;
}

/** The id of every sealed value that came in, and what it is for; the value itself dies with its step. */
export interface VaultEnvelopeTable {
  reissue_id: string;
  jti: string;
  handle: string;
  update_id: string | null;
  purpose: string | null;
  /** Which challenge it answers. */
  challenge_id: string | null;
  /** RFC 7638; null where there is no reissue. */
  key_thumbprint: string | null;
}

/** A call as the gateway took it in, before anything answered it. */
export interface ReceivedCallTable {
  /** Or the id of a VID check. */
  reissue_id: string;
  update_id: string;
  kind: string;
  request_hmac: string;
  received_at: Date;
}

/** A reissue that was under way before verdicts could be proved, as it was then. */
interface ReissueBeforeVerdictsTable {
  reissue_id: string;
  customer_id: string | null;
  key_thumbprint: string;
}

export interface CertificateTable {
  serial: string;
  reissue_id: string | null;
  customer_id: string;
  enrolment_id: string | null;
  issuer: string;
  profile: string;
  profile_digest: string;
  policy: string;
  basis: Basis;
  state: 'INTENT' | 'STORED' | 'ABANDONED';
  subject: string;
  spki_sha256: string;
  tbs_digest: string;
  crl_shard: number;
  not_before: Date;
  not_after: Date;
  der: Buffer | null;
  on_file: Generated<boolean>;
  created_at: Date;
  stored_at: Date | null;
  registered_at: Date | null;
  hold_at: Date | null;
  revoked_at: Date | null;
  revocation_reason: RevocationReason | null;
  invalidity_date: Date | null;
  status_changed_at: ColumnType<Date | null, never, never>;
  crl_pending: Generated<boolean>;
  crl_published_at: Date | null;
  event_sequence: Generated<number>;
}

/** RFC 5280 section 5.3.1, the reasons Reseal gives. */
export type RevocationReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'privilegeWithdrawn';

interface CertificateProfileTable {
  digest: string;
  document: string;
  first_used_at: Date;
}

export interface IssuerTable {
  subject: string;
  key_id: string;
  certificate: Buffer;
  root: Buffer;
  not_after: Date;
  crl_shards: number;
  activated_at: Date;
  retired_at: Date | null;
}

export interface CrlTable {
  issuer: string;
  shard: number;
  number: ColumnType<string, string | number | bigint, never>;
  this_update: Date;
  next_update: Date;
  entries: number;
  der: Buffer;
}

interface BlockedKeyTable {
  spki_sha256: string;
  reason: string;
  serial: string | null;
  blocked_at: Date;
}

interface AuthorityEntryTable {
  position: GeneratedAlways<string>;
  actor: string;
  action: string;
  outcome: string;
  reason: string | null;
  details: JSONColumnType<Record<string, unknown>>;
  occurred_at: Date;
  /** The database stamps both. */
  recorded_by: ColumnType<string | null, never, never>;
  recorded_at: ColumnType<Date | null, never, never>;
}

interface CustomerRrnTable {
  customer_id: string;
  /** Of the registry's key; null where the customer's key seals it. */
  key_id: string | null;
  sealed: Buffer | null;
  sealed_by: Generated<'REGISTRY' | 'CUSTOMER'>;
  /** `<id of the registry's key>:<hexadecimal HMAC-SHA-256>` */
  lookup: Generated<string | null>;
  erased_at: Generated<Date | null>;
  recorded_at: Date;
}

interface CustomerKeyTable {
  customer_id: string;
  /** Of the registry's key that wraps it. */
  key_id: string;
  wrapped: Buffer | null;
  created_at: Date;
  destroyed_at: Generated<Date | null>;
}

export interface RrnAccessTable {
  position: GeneratedAlways<string>;
  customer_ref: string;
  actor: string;
  purpose: string;
  reissue_id: string | null;
  occurred_at: Date;
}

export interface IdentityPhotoTable {
  photo_id: string;
  reissue_id: string;
  update_id: string;
  request_hmac: string;
  width: number;
  height: number;
  digest: string;
  sealed: Buffer;
  sealed_by: 'VAULT' | 'CUSTOMER';
  customer_id: Generated<string | null>;
  created_at: Date;
  retain_until: Generated<Date | null>;
}

interface KnownDeviceTable {
  customer_id: string;
  device: string;
  first_seen_at: Date;
  last_seen_at: Date;
}

interface RateLimitTable {
  key: string;
  /** Theoretical arrival time. */
  tat: Date;
}

interface PasswordHistoryTable {
  customer_id: string;
  verifier: string;
  set_at: Date;
}

export interface ConsentReceiptTable {
  receipt_id: string;
  reissue_id: string;
  update_id: string;
  jws: string;
  issued_at: Date;
}

export interface VidCheckTable {
  check_id: string;
  request_hmac: string;
  serial: string;
  matches: boolean;
  day: string;
  recorded_at: Date;
}

interface EventTable {
  /** A reissue's id, or a serial where no reissue caused what happened. */
  stream: string;
  sequence: number;
  position: GeneratedAlways<string>;
  topic: string;
  key: string;
  type: string;
  data: JSONColumnType<Record<string, unknown>>;
  occurred_at: Date;
  published_at: Date | null;
}

export interface AuditEntryTable {
  reissue_id: string;
  sequence: number;
  actor: string;
  action: string;
  outcome: string;
  reason: string | null;
  details: JSONColumnType<Record<string, unknown>>;
  personal_digest: string | null;
  occurred_at: Date;
  /** The database stamps both. */
  recorded_by: ColumnType<string | null, never, never>;
  recorded_at: ColumnType<Date | null, never, never>;
}

interface AuditPersonalTable {
  reissue_id: string;
  sequence: number;
  salt: string;
  personal: string;
}

interface NotificationTable {
  reissue_id: string;
  moment: string;
  channel: string;
  sent_at: Date;
}

export interface Tables {
  customer: CustomerTable;
  password_credential: PasswordCredentialTable;
  reissue: ReissueTable;
  identity_method: IdentityMethodTable;
  challenge: ChallengeTable;
  identity_try: IdentityTryTable;
  identity_day: IdentityDayTable;
  password_try: PasswordTryTable;
  consent: ConsentTable;
  step: StepTable;
  vault_item: VaultItemTable;
  vault_envelope: VaultEnvelopeTable;
  received_call: ReceivedCallTable;
  reissue_before_verdicts: ReissueBeforeVerdictsTable;
  certificate: CertificateTable;
  certificate_profile: CertificateProfileTable;
  issuer: IssuerTable;
  crl: CrlTable;
  blocked_key: BlockedKeyTable;
  authority_entry: AuthorityEntryTable;
  customer_rrn: CustomerRrnTable;
  customer_key: CustomerKeyTable;
  rrn_access: RrnAccessTable;
  identity_photo: IdentityPhotoTable;
  known_device: KnownDeviceTable;
  rate_limit: RateLimitTable;
  password_history: PasswordHistoryTable;
  consent_receipt: ConsentReceiptTable;
  vid_check: VidCheckTable;
  event: EventTable;
  audit_entry: AuditEntryTable;
  audit_personal: AuditPersonalTable;
  notification: NotificationTable;
  audit_pending: AuditPendingTable;
  audit_leaf: AuditLeafTable;
  audit_node: AuditNodeTable;
  audit_checkpoint: AuditCheckpointTable;
  reissue_archive: ReissueArchiveTable;
  retention_mark: RetentionMarkTable;
  evidence_bundle: EvidenceBundleTable;
  operation: OperationTable;
  operation_item: OperationItemTable;
  operation_approval: OperationApprovalTable;
  access_revocation: AccessRevocationTable;
  operation_proof: OperationProofTable;
  staff_key: StaffKeyTable;
  root_crl: RootCrlTable;
  webhook_endpoint: WebhookEndpointTable;
  webhook_delivery: WebhookDeliveryTable;
  restore: RestoreTable;
}

export type CustomerRow = Selectable<CustomerTable>;
export type ReissueRow = Selectable<ReissueTable>;
export type NewReissue = Insertable<ReissueTable>;
export type ReissueChanges = Updateable<ReissueTable>;
export type ChallengeRow = Selectable<ChallengeTable>;
export type IdentityMethodRow = Selectable<IdentityMethodTable>;
export type IdentityTryRow = Selectable<IdentityTryTable>;
export type StepRow = Selectable<StepTable>;
export type CertificateRow = Selectable<CertificateTable>;
export type NewCertificate = Insertable<CertificateTable>;
export type EventRow = Selectable<EventTable>;
export type PasswordCredentialRow = Selectable<PasswordCredentialTable>;
