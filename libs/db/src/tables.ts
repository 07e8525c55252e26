// Generated from the migrated database by `npm run db:types`. Do not edit.
import type { Generated, GeneratedAlways } from 'kysely';
import type { Bigint, Json, NullableJson, SetByTrigger, Value } from './column-types.js';

export interface Tables {
  access_revocation: {
    reissue_id: string;
    revoked_at: Date;
    expires_at: Date;
  };
  audit_checkpoint: {
    size: Bigint;
    root: Buffer;
    made_at: Date;
    jws: string;
  };
  audit_entry: {
    reissue_id: string;
    sequence: number;
    actor: string;
    action: string;
    outcome: string;
    reason: string | null;
    details: Json<'audit_entry.details'>;
    personal_digest: string | null;
    occurred_at: Date;
    recorded_by: SetByTrigger<string | null>;
    recorded_at: SetByTrigger<Date | null>;
  };
  audit_leaf: {
    leaf_index: Bigint;
    stream: string;
    sequence: Bigint;
    leaf_hash: Buffer;
  };
  audit_node: {
    level: number;
    node_index: Bigint;
    hash: Buffer;
  };
  audit_pending: {
    position: GeneratedAlways<string>;
    stream: string;
    sequence: Bigint;
  };
  audit_personal: {
    reissue_id: string;
    sequence: number;
    salt: string;
    personal: string;
  };
  audit_writer: {
    role: string;
    action: string;
    actor: string;
  };
  authority_entry: {
    position: GeneratedAlways<string>;
    actor: string;
    action: string;
    outcome: Value<'authority_entry.outcome'>;
    reason: string | null;
    details: Json<'authority_entry.details'>;
    occurred_at: Date;
    recorded_by: SetByTrigger<string | null>;
    recorded_at: SetByTrigger<Date | null>;
  };
  blocked_key: {
    spki_sha256: string;
    reason: string;
    serial: string | null;
    blocked_at: Date;
  };
  certificate: {
    serial: string;
    reissue_id: string | null;
    customer_id: string;
    enrolment_id: string | null;
    issuer: string;
    profile: string;
    profile_digest: string;
    policy: string;
    basis: Value<'certificate.basis'>;
    state: Value<'certificate.state'>;
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
    revocation_reason: Value<'certificate.revocation_reason'> | null;
    invalidity_date: Date | null;
    status_changed_at: SetByTrigger<Date | null>;
    crl_pending: Generated<boolean>;
    crl_published_at: Date | null;
    event_sequence: Generated<number>;
  };
  certificate_profile: {
    digest: string;
    document: string;
    first_used_at: Date;
  };
  certificate_transfer: {
    box: string;
    sender_id: string;
    receiver_id: string | null;
    sender_share: Buffer;
    receiver_share: Buffer | null;
    content: Buffer | null;
    state: Value<'certificate_transfer.state'>;
    expires_at: Date;
  };
  challenge: {
    challenge_id: string;
    reissue_id: string;
    update_id: string;
    method: Value<'challenge.method'>;
    transaction_id: string;
    hint: string;
    state: Value<'challenge.state'>;
    deliverable: boolean;
    expires_at: Date;
    created_at: Date;
    provider: string | null;
    nonce: string | null;
    attempts: number | null;
    account_bank: string | null;
  };
  consent: {
    reissue_id: string;
    terms_id: string;
    version: string;
    digest: string;
    locale: Value<'consent.locale'>;
    agreed: boolean;
    address: string;
    agent: string;
    recorded_at: Date;
    act: Generated<Value<'consent.act'>>;
    update_id: string | null;
  };
  consent_receipt: {
    receipt_id: string;
    reissue_id: string;
    update_id: string;
    jws: string;
    issued_at: Date;
  };
  crl: {
    issuer: string;
    shard: number;
    number: Bigint;
    this_update: Date;
    next_update: Date;
    entries: number;
    der: Buffer;
  };
  customer: {
    customer_id: string;
    customer_ref: string;
    ci: string;
    name: string;
    mobile: string;
    email: string | null;
    bank_code: string;
    account_number: string;
    created_at: Date;
    carrier: Value<'customer.carrier'> | null;
    bank_customer_id: string | null;
    erased_at: Date | null;
    expiry_notices: Generated<boolean>;
  };
  customer_fact: {
    customer_ref: string;
    kind: Value<'customer_fact.kind'>;
    since: Date | null;
    event_source: string;
    event_id: string;
    event_time: Date;
    held_at: Generated<Date[]>;
    former_mobile: string | null;
    former_email: string | null;
  };
  customer_import: {
    import_id: GeneratedAlways<string>;
    file_digest: string;
    line: Generated<number>;
    added: Generated<number>;
    changed: Generated<number>;
    unchanged: Generated<number>;
    refused: Generated<number>;
    started_by: string;
    started_at: Date;
    completed_at: Date | null;
  };
  customer_import_key: {
    import_id: Bigint;
    key: string;
    line: number;
  };
  customer_import_refusal: {
    import_id: Bigint;
    line: number;
    reason: string;
  };
  customer_key: {
    customer_id: string;
    key_id: string;
    wrapped: Buffer | null;
    created_at: Date;
    destroyed_at: Date | null;
  };
  customer_rrn: {
    customer_id: string;
    key_id: string | null;
    sealed: Buffer | null;
    recorded_at: Date;
    sealed_by: Generated<Value<'customer_rrn.sealed_by'>>;
    lookup: string | null;
    erased_at: Date | null;
  };
  event: {
    stream: string;
    sequence: number;
    position: GeneratedAlways<string>;
    topic: string;
    key: string;
    type: string;
    data: Json<'event.data'>;
    occurred_at: Date;
    published_at: Date | null;
    traceparent: string | null;
  };
  evidence_bundle: {
    export_id: string;
    reissue_id: string;
    requested_by: string;
    bundle: Buffer;
    made_at: Date;
  };
  expiry_announcement: {
    serial: string;
    days_left: number;
    announced_at: Date;
    due_at: Date | null;
    attempts: Generated<number>;
    channels: Generated<string[]>;
    outcome: Value<'expiry_announcement.outcome'> | null;
  };
  external_issuer: {
    subject: string;
    certificate: Buffer;
    added_at: Date;
  };
  identity_day: {
    person_key: string;
    method: Value<'identity_day.method'>;
    day: string;
    tries: Generated<number>;
  };
  identity_method: {
    reissue_id: string;
    method: Value<'identity_method.method'>;
    tries: Generated<number>;
    sends: Generated<number>;
    locked: Generated<boolean>;
    verified_at: Date | null;
    ci: string | null;
  };
  identity_photo: {
    photo_id: string;
    reissue_id: string;
    update_id: string;
    request_hmac: string;
    width: number;
    height: number;
    digest: string;
    sealed: Buffer;
    sealed_by: Value<'identity_photo.sealed_by'>;
    customer_id: string | null;
    created_at: Date;
    retain_until: Date | null;
  };
  identity_try: {
    reissue_id: string;
    update_id: string;
    challenge_id: string;
    state: Value<'identity_try.state'>;
    verdict: Value<'identity_try.verdict'> | null;
    ci: string | null;
    finding: string | null;
    sim_changed_at: Date | null;
  };
  issuer: {
    subject: string;
    key_id: string;
    certificate: Buffer;
    root: Buffer;
    not_after: Date;
    crl_shards: number;
    activated_at: Date;
    retired_at: Date | null;
  };
  known_device: {
    customer_id: string;
    device: string;
    first_seen_at: Date;
    last_seen_at: Date;
  };
  notification: {
    reissue_id: string;
    moment: string;
    channel: Value<'notification.channel'>;
    sent_at: Date;
  };
  notification_outbox: {
    reissue_id: string;
    occasion: string;
    kind: Value<'notification_outbox.kind'>;
    attempts: Generated<number>;
    due_at: Date;
    created_at: Date;
    given_up_at: Date | null;
  };
  operation: {
    operation_id: string;
    kind: Value<'operation.kind'>;
    state: Value<'operation.state'>;
    selection: Json<'operation.selection'>;
    parameters: Json<'operation.parameters'>;
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
  };
  operation_approval: {
    operation_id: string;
    digest: string;
    requested_by: string;
    decided_by: string;
    decision: Value<'operation_approval.decision'>;
    comment: string | null;
    decided_at: Date;
  };
  operation_item: {
    operation_id: string;
    ordinal: number;
    target: string;
    park_sequence: number | null;
    plan: Json<'operation_item.plan'>;
    outcome: string | null;
    detail: string | null;
    tried_at: Date | null;
    notice: Value<'operation_item.notice'> | null;
  };
  operation_proof: {
    operation_id: string;
    digest: string;
    act: Value<'operation_proof.act'>;
    actor: string;
    token: string;
    recorded_at: Date;
  };
  password_credential: {
    customer_id: string;
    verifier: string;
    wrong_tries: Generated<number>;
    set_at: Date;
  };
  password_history: {
    customer_id: string;
    verifier: string;
    set_at: Date;
  };
  password_try: {
    reissue_id: string;
    update_id: string;
    granted: boolean;
    password_set_at: Date | null;
    verdict: Value<'password_try.verdict'> | null;
  };
  rate_limit: {
    key: string;
    tat: Date;
  };
  received_call: {
    reissue_id: string;
    update_id: string;
    kind: string;
    request_hmac: string;
    received_at: Date;
    trace_id: string | null;
  };
  received_event: {
    source: string;
    id: string;
    type: string;
    customer_ref: string | null;
    occurred_at: Date;
    handled_at: Date;
    outcome: Value<'received_event.outcome'>;
    reissue_ids: Generated<string[]>;
  };
  reissue: {
    reissue_id: string;
    api_key_name: string;
    reason: Value<'reissue.reason'>;
    state: Value<'reissue.state'>;
    applicant_name: string;
    applicant_mobile: string | null;
    person_key: string;
    customer_id: string | null;
    customer_ref: string;
    key_thumbprint: string;
    effective_reason: Value<'reissue.effective_reason'>;
    policy_version: string;
    methods: Value<'reissue.methods'>[];
    identity_attempts: number;
    password_attempts: number | null;
    resetting: Generated<boolean>;
    basis: Value<'reissue.basis'> | null;
    old_serial: string | null;
    csr: string | null;
    serial: string | null;
    registration_challenge_id: string | null;
    registration_nonce: string | null;
    parked_step: Value<'reissue.parked_step'> | null;
    parked_since: Date | null;
    parked_code: Value<'reissue.parked_code'> | null;
    park_sequence: Generated<number>;
    pending_message: NullableJson<'reissue.pending_message'>;
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
    created_at: Date;
    updated_at: Date;
    virtual_id: Buffer | null;
    end_code: Value<'reissue.end_code'> | null;
    applicant_by: Generated<Value<'reissue.applicant_by'>>;
    applicant_carrier: Value<'reissue.applicant_carrier'> | null;
    identity_rule: NullableJson<'reissue.identity_rule'>;
    device: string | null;
    archived_at: Date | null;
    purged_at: Date | null;
    receipt_number: Generated<string>;
    required_wait_ms: Bigint | null;
    risk_policy: string | null;
    stepped_up_at: Date | null;
    cooling_off_since: Date | null;
    cooling_off_until: Date | null;
  };
  reissue_archive: {
    reissue_id: string;
    history: Buffer | null;
    history_digest: string;
    original_digest: string;
    events: number;
    archived_at: Date;
  };
  reissue_before_verdicts: {
    reissue_id: string;
    customer_id: string | null;
    key_thumbprint: string;
  };
  reissue_block: {
    block_id: GeneratedAlways<string>;
    customer_ref: string;
    source: Value<'reissue_block.source'>;
    reason: Value<'reissue_block.reason'>;
    since: Date;
    blocked_by: string;
    lifted_at: Date | null;
    lifted_by: string | null;
  };
  reissue_claim: {
    reissue_id: string;
    park_sequence: number;
    claimed_by: string;
    claimed_at: Date;
  };
  restore: {
    restore_id: GeneratedAlways<string>;
    finding: string;
    details: Json<'restore.details'>;
    found_by: string;
    found_at: Date;
    event_floor: number | null;
    crl_floor: Bigint | null;
    completed_by: string | null;
    completed_at: Date | null;
  };
  retention_mark: {
    record_class: string;
    purged_before: Date;
  };
  risk_policy: {
    digest: string;
    document: string;
    first_used_at: Date;
  };
  root_crl: {
    root_key_id: string;
    number: string;
    this_update: Date;
    next_update: Date;
    der: Buffer;
  };
  rrn_access: {
    position: GeneratedAlways<string>;
    customer_ref: string;
    actor: string;
    purpose: string;
    reissue_id: string | null;
    occurred_at: Date;
  };
  staff_key: {
    kid: string;
    issuer: string;
    audience: string;
    roles_claim: string;
    jwk: Json<'staff_key.jwk'>;
    learned_at: Date;
  };
  staff_member: {
    subject: string;
    name: string;
    roles: string[];
    first_seen_at: Date;
    last_seen_at: Date;
  };
  step: {
    reissue_id: string;
    update_id: string;
    kind: string;
    request_hmac: string;
    outcome: Json<'step.outcome'>;
    recorded_at: Date;
  };
  vault_envelope: {
    reissue_id: string;
    jti: string;
    handle: string;
    update_id: string | null;
    purpose: Value<'vault_envelope.purpose'> | null;
    challenge_id: string | null;
    key_thumbprint: string | null;
  };
  vault_item: {
    handle: string;
    reissue_id: string;
    update_id: string;
    envelope: string;
    created_at: Date;
    subject: string | null;
    unbound: Generated<boolean>;
  };
  vid_check: {
    check_id: string;
    request_hmac: string;
    serial: string;
    matches: boolean;
    day: string;
    recorded_at: Date;
  };
  webhook_delivery: {
    endpoint_id: string;
    stream: string;
    sequence: number;
    state: Generated<Value<'webhook_delivery.state'>>;
    attempts: Generated<number>;
    next_attempt_at: Date;
    last_status: number | null;
    last_error: string | null;
    ended_at: Date | null;
  };
  webhook_endpoint: {
    endpoint_id: string;
    url: string;
    description: string;
    types: string[];
    secret_generation: Generated<number>;
    previous_secret_until: Date | null;
    disabled_at: Date | null;
    disabled_reason: string | null;
    created_by: string;
    created_at: Date;
    updated_at: Date;
    secret_salt: Buffer | null;
  };
}
