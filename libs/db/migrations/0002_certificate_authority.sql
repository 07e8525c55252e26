-- Up Migration

-- Every profile certificates were made by, as the exact text its digest covers.
CREATE TABLE certificate_profile (
  digest        text PRIMARY KEY,                -- SHA-256 of `document`
  document      text NOT NULL,                   -- canonical JSON
  first_used_at timestamptz NOT NULL
);

-- Every issuing CA that ever signed here, as those need it who have no CA directory. A new key has a new subject.
CREATE TABLE issuer (
  subject      text PRIMARY KEY,                 -- as in certificate.issuer
  key_id       text NOT NULL UNIQUE,             -- subject key identifier, hexadecimal
  certificate  bytea NOT NULL,
  root         bytea NOT NULL,
  not_after    timestamptz NOT NULL,
  crl_shards   int NOT NULL,
  activated_at timestamptz NOT NULL,
  retired_at   timestamptz                       -- signs no more certificates, but its CRLs
);

-- CRLs as they were published; all of them are kept.
CREATE TABLE crl (
  issuer      text NOT NULL REFERENCES issuer,
  shard       int  NOT NULL,
  number      bigint NOT NULL,                   -- RFC 5280 section 5.2.3: only ever grows
  this_update timestamptz NOT NULL,
  next_update timestamptz NOT NULL,
  entries     int  NOT NULL,
  der         bytea NOT NULL,
  PRIMARY KEY (issuer, shard, number)
);

-- Whoever serves CRLs serves the newest: the payload is `<key id of the issuing CA>/<shard>`.
CREATE FUNCTION announce_crl() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reseal_crl', (SELECT key_id FROM issuer WHERE subject = NEW.issuer) || '/' || NEW.shard);
  RETURN NULL;
END $$;
CREATE TRIGGER crl_published AFTER INSERT ON crl FOR EACH ROW EXECUTE FUNCTION announce_crl();

ALTER TABLE certificate
  ADD COLUMN invalidity_date   timestamptz,      -- RFC 5280 section 5.3.2: since when the key is believed to be known
  ADD COLUMN status_changed_at timestamptz,      -- last hold, release or revocation
  ADD COLUMN crl_pending       boolean NOT NULL DEFAULT false, -- its shard's CRL does not show its status yet
  ADD COLUMN crl_published_at  timestamptz,      -- when the CRL that shows its status was published
  ADD COLUMN event_sequence    int NOT NULL DEFAULT 0; -- of what happens to it outside any reissue
CREATE INDEX certificate_crl_pending ON certificate (issuer, crl_shard) WHERE crl_pending;
CREATE INDEX certificate_crl_entries ON certificate (issuer, crl_shard)
  WHERE revoked_at IS NOT NULL OR hold_at IS NOT NULL;
CREATE INDEX certificate_by_reissue ON certificate (reissue_id);
CREATE INDEX certificate_on_hold ON certificate (hold_at) WHERE hold_at IS NOT NULL AND revoked_at IS NULL;

UPDATE certificate SET crl_pending = true, status_changed_at = coalesce(revoked_at, hold_at)
  WHERE revoked_at IS NOT NULL OR hold_at IS NOT NULL;

-- A changed status waits for its CRL and wakes who publishes CRLs and who answers OCSP, whoever changed it.
CREATE FUNCTION certificate_status_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.status_changed_at := CASE
    WHEN NEW.revoked_at IS DISTINCT FROM OLD.revoked_at AND NEW.revoked_at IS NOT NULL THEN NEW.revoked_at
    WHEN NEW.hold_at IS DISTINCT FROM OLD.hold_at AND NEW.hold_at IS NOT NULL THEN NEW.hold_at
    ELSE clock_timestamp() END;
  NEW.crl_pending := true;
  PERFORM pg_notify('reseal_certificate_status', NEW.serial);
  RETURN NEW;
END $$;
CREATE TRIGGER certificate_status BEFORE UPDATE OF hold_at, revoked_at, revocation_reason ON certificate FOR EACH ROW
  WHEN (OLD.hold_at IS DISTINCT FROM NEW.hold_at OR OLD.revoked_at IS DISTINCT FROM NEW.revoked_at
    OR OLD.revocation_reason IS DISTINCT FROM NEW.revocation_reason)
  EXECUTE FUNCTION certificate_status_changed();

-- Keys that nobody may have certified again: those that were compromised, and those known to be weak.
CREATE TABLE blocked_key (
  spki_sha256 text PRIMARY KEY,
  reason      text NOT NULL,
  serial      text,                              -- of the certificate whose revocation blocked it
  blocked_at  timestamptz NOT NULL
);
INSERT INTO blocked_key (spki_sha256, reason, serial, blocked_at)
  SELECT DISTINCT ON (spki_sha256) spki_sha256, 'keyCompromise', serial, revoked_at
  FROM certificate WHERE revocation_reason = 'keyCompromise' ORDER BY spki_sha256, revoked_at;

-- What was done to the CA, its keys and its certificates outside any reissue. Insert-only for every role but the owner.
CREATE TABLE authority_entry (
  position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  actor       text NOT NULL,
  action      text NOT NULL,
  outcome     text NOT NULL,
  reason      text,
  details     jsonb NOT NULL,
  occurred_at timestamptz NOT NULL
);

-- A stream of events is a reissue's, or a certificate's where no reissue caused what happened.
ALTER TABLE event DROP CONSTRAINT event_reissue_id_fkey;
ALTER TABLE event RENAME COLUMN reissue_id TO stream;
CREATE OR REPLACE FUNCTION announce_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reseal_event', NEW.stream);
  RETURN NULL;
END $$;

-- Resident registration numbers, sealed under a key of the registry that only enrolment and the worker hold.
CREATE TABLE customer_rrn (
  customer_id uuid PRIMARY KEY REFERENCES customer,
  key_id      text NOT NULL,
  sealed      bytea NOT NULL,
  recorded_at timestamptz NOT NULL
);

-- The VID of the certificate to be made, while it is made: the worker computes it, the signer copies it
-- (KCAC.TS.SIVID). And why a reissue ended, as its event says it.
ALTER TABLE reissue
  ADD COLUMN virtual_id bytea CHECK (octet_length(virtual_id) = 32),
  ADD COLUMN end_code   text;

-- Checks of a number against a certificate: same key, same answer; and how many of a day were wrong.
CREATE TABLE vid_check (
  check_id     text PRIMARY KEY CHECK (check_id ~ '^vc_[0-9a-f]{32}$'),
  request_hmac text NOT NULL,
  serial       text NOT NULL REFERENCES certificate,
  matches      boolean NOT NULL,
  day          date NOT NULL,                    -- in Korea
  recorded_at  timestamptz NOT NULL
);
CREATE INDEX vid_check_wrong ON vid_check (serial, day) WHERE NOT matches;

GRANT USAGE ON SCHEMA public TO reseal_status;
GRANT SELECT ON issuer, crl TO reseal_status;
GRANT SELECT ON issuer TO reseal_gateway;
GRANT SELECT (serial, issuer, state, not_after, hold_at, revoked_at, revocation_reason, invalidity_date,
  status_changed_at, crl_pending, crl_published_at, crl_shard) ON certificate TO reseal_status;

GRANT SELECT, INSERT ON certificate_profile, crl TO reseal_signer;
GRANT SELECT, INSERT, UPDATE (crl_shards, retired_at) ON issuer TO reseal_signer;
GRANT SELECT, INSERT ON blocked_key TO reseal_signer, reseal_worker;
GRANT INSERT ON authority_entry TO reseal_signer, reseal_worker;
GRANT INSERT ON event TO reseal_signer;
GRANT SELECT ON customer_rrn TO reseal_worker;
GRANT SELECT, INSERT ON vid_check TO reseal_worker;
GRANT SELECT ON vid_check TO reseal_gateway;
GRANT UPDATE (invalidity_date, event_sequence) ON certificate TO reseal_worker;

DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'reseal_sandbox') THEN
    GRANT INSERT ON customer_rrn TO reseal_sandbox;
  END IF;
END $$;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
