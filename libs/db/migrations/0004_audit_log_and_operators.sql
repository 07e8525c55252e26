-- Up Migration

-- Every entry of the audit trail, inserted by whomever, waits here until the sequencer has made a leaf of it. Entries
-- of one stream are inserted one after the other (under the reissue's lock), so positions follow their sequence.
CREATE TABLE audit_pending (
  position bigint GENERATED ALWAYS AS IDENTITY,
  stream   text   NOT NULL,                      -- a reissue, or 'authority'
  sequence bigint NOT NULL
);
CREATE FUNCTION queue_audit_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO audit_pending (stream, sequence) SELECT reissue_id, sequence FROM added ORDER BY reissue_id, sequence;
  RETURN NULL;
END $$;
CREATE FUNCTION queue_authority_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO audit_pending (stream, sequence) SELECT 'authority', position FROM added ORDER BY position;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_entry_queued AFTER INSERT ON audit_entry
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_audit_entries();
CREATE TRIGGER authority_entry_queued AFTER INSERT ON authority_entry
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_authority_entries();
INSERT INTO audit_pending (stream, sequence)
  SELECT stream, sequence FROM (
    SELECT reissue_id AS stream, sequence::bigint, occurred_at FROM audit_entry
    UNION ALL SELECT 'authority', position, occurred_at FROM authority_entry
  ) AS entry ORDER BY occurred_at, stream, sequence;

-- One Merkle log over all entries (RFC 9162 section 2.1). Leaves without a gap; the hashes of complete subtrees above
-- them, from which proofs are made; and the signed heads.
CREATE TABLE audit_leaf (
  leaf_index bigint PRIMARY KEY CHECK (leaf_index >= 0),
  stream     text   NOT NULL,
  sequence   bigint NOT NULL,
  leaf_hash  bytea  NOT NULL CHECK (octet_length(leaf_hash) = 32),
  UNIQUE (stream, sequence)
);
CREATE TABLE audit_node (
  level      smallint NOT NULL CHECK (level >= 1),
  node_index bigint   NOT NULL,
  hash       bytea    NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (level, node_index)
);
CREATE TABLE audit_checkpoint (
  size    bigint PRIMARY KEY CHECK (size > 0),
  root    bytea  NOT NULL CHECK (octet_length(root) = 32),
  made_at timestamptz NOT NULL,
  jws     text   NOT NULL
);
CREATE INDEX audit_checkpoint_by_time ON audit_checkpoint (made_at);

-- The history of an ended reissue, decoded and redacted, so that evidence outlives Temporal's retention.
CREATE TABLE reissue_archive (
  reissue_id      text PRIMARY KEY REFERENCES reissue,
  history         bytea,                         -- gzip of canonical JSON; NULL once purged
  history_digest  text NOT NULL,                 -- SHA-256 of that JSON, hexadecimal; also in the audit trail
  original_digest text NOT NULL,                 -- SHA-256 of the history as Temporal stored it
  events          int  NOT NULL,
  archived_at     timestamptz NOT NULL
);
ALTER TABLE reissue ADD COLUMN archived_at timestamptz;
CREATE INDEX reissue_unarchived ON reissue (ended_at) WHERE ended_at IS NOT NULL AND archived_at IS NULL;

CREATE INDEX reissue_archive_by_time ON reissue_archive (archived_at);
CREATE INDEX audit_entry_personal ON audit_entry (occurred_at) WHERE personal_digest IS NOT NULL;
CREATE INDEX known_device_by_time ON known_device (last_seen_at);

-- How far each class of records is purged.
CREATE TABLE retention_mark (
  record_class  text PRIMARY KEY,
  purged_before timestamptz NOT NULL
);

-- A bundle of evidence made for somebody who waits for it; purged soon after.
CREATE TABLE evidence_bundle (
  export_id  text PRIMARY KEY,
  reissue_id text NOT NULL REFERENCES reissue,
  requested_by text NOT NULL,
  bundle     bytea NOT NULL,                     -- gzip of JSON
  made_at    timestamptz NOT NULL
);
CREATE INDEX evidence_bundle_by_time ON evidence_bundle (made_at);

-- What operators do, one or many at a time: planned, where it must be approved, run, and each outcome kept.
CREATE TABLE operation (
  operation_id text PRIMARY KEY CHECK (operation_id ~ '^op_[0-9a-f]{32}$'),
  kind         text NOT NULL CHECK (kind IN ('retry', 'abandon', 'withdraw', 'revoke', 'hold', 'release')),
  state        text NOT NULL CHECK (state IN ('PLANNED', 'AWAITING_APPROVAL', 'RUNNING', 'DONE', 'REJECTED',
                                              'CANCELLED', 'EXPIRED')),
  selection    jsonb NOT NULL,                   -- what was asked for: ids, serials or a filter
  parameters   jsonb NOT NULL,                   -- reason of revocation (RFC 5280), invalidity date
  reason       text NOT NULL,                    -- in the operator's words
  digest       text NOT NULL,                    -- SHA-256 over kind, parameters, reason and items; what an approval is of
  items        int  NOT NULL,
  requested_by text NOT NULL,
  request_key  text UNIQUE,                      -- digest of requester and Idempotency-Key
  request_digest text,
  created_at   timestamptz NOT NULL,
  confirmed_at timestamptz,
  started_at   timestamptz,
  ended_at     timestamptz,
  updated_at   timestamptz NOT NULL,
  UNIQUE (operation_id, requested_by)
);
CREATE INDEX operation_by_time ON operation (created_at DESC, operation_id);
CREATE INDEX operation_open ON operation (state, created_at) WHERE ended_at IS NULL;
CREATE TABLE operation_item (
  operation_id  text NOT NULL REFERENCES operation,
  ordinal       int  NOT NULL,
  target        text NOT NULL,                   -- reissue id or serial
  park_sequence int,                             -- which parking a retry or an abandonment is of
  plan          jsonb NOT NULL,                  -- what the plan said would happen
  outcome       text,                            -- NULL until it was tried
  detail        text,
  tried_at      timestamptz,
  notice        text CHECK (notice IN ('SENT', 'NO_CONTACT', 'NOT_SENT')), -- to the holder of a changed certificate
  PRIMARY KEY (operation_id, ordinal),
  UNIQUE (operation_id, target)
);
CREATE INDEX operation_item_by_target ON operation_item (target);
CREATE INDEX operation_item_untried ON operation_item (operation_id, ordinal) WHERE outcome IS NULL;
-- The second person. Of exactly what was read: another digest is another request. Nobody approves their own.
CREATE TABLE operation_approval (
  operation_id text NOT NULL,
  digest       text NOT NULL,
  requested_by text NOT NULL,
  decided_by   text NOT NULL CHECK (decided_by <> requested_by),
  decision     text NOT NULL CHECK (decision IN ('APPROVED', 'REJECTED')),
  comment      text,
  decided_at   timestamptz NOT NULL,
  PRIMARY KEY (operation_id, digest, decided_by),
  FOREIGN KEY (operation_id, requested_by) REFERENCES operation (operation_id, requested_by)
);

-- Whoever looks at operations hears of every change of one.
CREATE FUNCTION announce_operation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reseal_operation', NEW.operation_id);
  RETURN NULL;
END $$;
CREATE TRIGGER operation_announced AFTER INSERT OR UPDATE ON operation
  FOR EACH ROW EXECUTE FUNCTION announce_operation();
CREATE TRIGGER operation_item_announced AFTER UPDATE ON operation_item
  FOR EACH ROW EXECUTE FUNCTION announce_operation();
CREATE TRIGGER operation_approval_announced AFTER INSERT ON operation_approval
  FOR EACH ROW EXECUTE FUNCTION announce_operation();

-- Lists of a million reissues: newest first by whatever they are filtered, and the parked ones oldest first.
CREATE INDEX reissue_by_time ON reissue (created_at DESC, reissue_id);
CREATE INDEX reissue_by_state ON reissue (state, created_at DESC, reissue_id);
CREATE INDEX reissue_by_reason ON reissue (reason, created_at DESC, reissue_id);
CREATE INDEX reissue_by_customer_ref ON reissue (customer_ref, created_at DESC, reissue_id);
CREATE INDEX reissue_by_end_code ON reissue (end_code, created_at DESC, reissue_id) WHERE end_code IS NOT NULL;
CREATE INDEX reissue_parked ON reissue (parked_since, reissue_id) WHERE parked_step IS NOT NULL;
CREATE INDEX reissue_open ON reissue (state, created_at, reissue_id) WHERE ended_at IS NULL;
CREATE INDEX reissue_by_serial ON reissue (serial) WHERE serial IS NOT NULL;

-- Searching the audit trail.
CREATE INDEX audit_entry_by_time ON audit_entry (occurred_at DESC, reissue_id, sequence);
CREATE INDEX audit_entry_by_actor ON audit_entry (actor, occurred_at DESC);
CREATE INDEX audit_entry_by_action ON audit_entry (action, occurred_at DESC);
CREATE INDEX audit_entry_by_outcome ON audit_entry (outcome, occurred_at DESC);
CREATE INDEX audit_entry_by_serial ON audit_entry ((details ->> 'serial'), occurred_at DESC)
  WHERE details ? 'serial';
CREATE INDEX authority_entry_by_time ON authority_entry (occurred_at DESC, position);
CREATE INDEX authority_entry_by_actor ON authority_entry (actor, occurred_at DESC);
CREATE INDEX authority_entry_by_action ON authority_entry (action, occurred_at DESC);
CREATE INDEX authority_entry_by_outcome ON authority_entry (outcome, occurred_at DESC);
CREATE INDEX authority_entry_by_customer_ref ON authority_entry ((details ->> 'customerRef'), occurred_at DESC)
  WHERE details ? 'customerRef';
CREATE INDEX authority_entry_by_serial ON authority_entry ((details ->> 'serial'), occurred_at DESC)
  WHERE details ? 'serial';
CREATE INDEX authority_entry_by_reissue ON authority_entry ((details ->> 'reissueId'), occurred_at DESC)
  WHERE details ? 'reissueId';

GRANT SELECT ON audit_entry, authority_entry, audit_personal TO reseal_worker;
GRANT SELECT, DELETE ON audit_pending TO reseal_worker;
GRANT SELECT, INSERT ON audit_leaf, audit_node, audit_checkpoint TO reseal_worker;
GRANT SELECT, INSERT ON reissue_archive TO reseal_worker;
GRANT UPDATE (history) ON reissue_archive TO reseal_worker;
GRANT SELECT, INSERT, DELETE ON evidence_bundle TO reseal_worker;
GRANT DELETE ON audit_personal, known_device TO reseal_worker; -- retention: an entry's digest stays
GRANT SELECT, INSERT, UPDATE ON retention_mark TO reseal_worker;
GRANT SELECT ON issuer, crl TO reseal_worker;
GRANT SELECT ON operation, operation_item, operation_approval TO reseal_worker, reseal_signer;
GRANT UPDATE (state, started_at, ended_at, updated_at) ON operation TO reseal_worker, reseal_signer;
GRANT UPDATE (outcome, detail, tried_at) ON operation_item TO reseal_worker, reseal_signer;
GRANT UPDATE (notice) ON operation_item TO reseal_worker;

-- The operators' app: reads lists, names no customer, writes only what operators ask and decide.
GRANT USAGE ON SCHEMA public TO reseal_ops;
GRANT SELECT (reissue_id, api_key_name, reason, state, applicant_by, customer_ref, effective_reason, policy_version,
  methods, identity_attempts, password_attempts, resetting, basis, old_serial, serial, parked_step, parked_since,
  parked_code, park_sequence, deadline, reminders_sent, steps, event_sequence, audit_sequence, identity_verified_at,
  password_verified_at, consents_completed_at, issued_at, downloaded_at, ended_at, end_code, archived_at, created_at,
  updated_at) ON reissue TO reseal_ops;
GRANT SELECT (reissue_id, update_id, kind, recorded_at) ON step TO reseal_ops;
GRANT SELECT ON event, notification, certificate, issuer, crl, audit_entry, authority_entry, audit_leaf, audit_node,
  audit_checkpoint, audit_pending TO reseal_ops;
GRANT SELECT (challenge_id, reissue_id, method, state, expires_at, created_at, provider) ON challenge TO reseal_ops;
GRANT SELECT (reissue_id, method, tries, sends, locked, verified_at) ON identity_method TO reseal_ops;
GRANT SELECT ON reissue_archive TO reseal_ops; -- redacted
GRANT SELECT ON evidence_bundle TO reseal_ops;
GRANT SELECT (customer_id, customer_ref) ON customer TO reseal_ops;
GRANT INSERT ON authority_entry TO reseal_ops, reseal_gateway, reseal_status; -- these: their start, and their keys
GRANT SELECT, INSERT ON operation, operation_item, operation_approval TO reseal_ops;
GRANT UPDATE (state, selection, parameters, reason, digest, items, confirmed_at, ended_at, updated_at) ON operation
  TO reseal_ops;
GRANT DELETE ON operation_item TO reseal_ops; -- a changed request is planned anew, before anything was tried

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
