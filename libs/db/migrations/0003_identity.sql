-- Up Migration

-- Each customer has a key of their own, wrapped under a key of the registry: to rotate the registry's key is to wrap
-- anew, and to erase what is kept of a person is to destroy one row. A table apart, so that it can be left out of
-- backups that are kept for long.
CREATE TABLE customer_key (
  customer_id  uuid PRIMARY KEY REFERENCES customer,
  key_id       text NOT NULL,                    -- of the registry's key that wraps it
  wrapped      bytea,                            -- NULL once destroyed
  created_at   timestamptz NOT NULL,
  destroyed_at timestamptz,
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- Numbers sealed by their customer's key; those from before, by the registry's. Found by a keyed digest, whose key is
-- derived from the registry's key that it names.
ALTER TABLE customer_rrn
  ADD COLUMN sealed_by text NOT NULL DEFAULT 'REGISTRY' CHECK (sealed_by IN ('REGISTRY', 'CUSTOMER')),
  ADD COLUMN lookup    text UNIQUE,              -- <id of the registry's key>:<hexadecimal HMAC-SHA-256>
  ADD COLUMN erased_at timestamptz,
  ALTER COLUMN key_id DROP NOT NULL,             -- NULL where the customer's key seals it
  ALTER COLUMN sealed DROP NOT NULL,
  ADD CHECK ((sealed IS NULL) = (erased_at IS NOT NULL));

-- Who opened whose number, when and what for: written and committed before it is opened. Insert-only.
CREATE TABLE rrn_access (
  position     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_ref text NOT NULL,
  actor        text NOT NULL,
  purpose      text NOT NULL,
  reissue_id   text,
  occurred_at  timestamptz NOT NULL
);
CREATE INDEX rrn_access_by_time ON rrn_access (occurred_at);

ALTER TABLE customer
  ADD COLUMN carrier text;                       -- of the mobile number on file, where it is known

ALTER TABLE reissue
  ALTER COLUMN applicant_mobile DROP NOT NULL,   -- NULL where the applicant did not name one
  ADD COLUMN applicant_by      text NOT NULL DEFAULT 'MOBILE' CHECK (applicant_by IN ('MOBILE', 'RRN', 'DOCUMENT')),
  ADD COLUMN applicant_carrier text,
  ADD COLUMN identity_rule     jsonb,            -- of the policy, as it was when the reissue began; NULL: older than this column
  ADD COLUMN device            text;             -- keyed digest of the id by which the client names its device

ALTER TABLE challenge
  ADD COLUMN provider text,                      -- which of several providers the transaction is at
  ADD COLUMN nonce    text;                      -- of what is to be signed
ALTER TABLE identity_try
  ADD COLUMN finding text;                       -- why an answer was wrong: for the auditor, never for the customer

-- Photos of identity documents, decoded, checked and encoded anew. Sealed to the vault when they come in; kept under the
-- customer's key once the document was accepted.
CREATE TABLE identity_photo (
  photo_id     text PRIMARY KEY CHECK (photo_id ~ '^ph_[0-9a-f]{32}$'),
  reissue_id   text NOT NULL REFERENCES reissue,
  update_id    text NOT NULL,
  request_hmac text NOT NULL,
  width        int  NOT NULL,
  height       int  NOT NULL,
  digest       text NOT NULL,                    -- SHA-256 of the JPEG as it was encoded anew
  sealed       bytea NOT NULL,
  sealed_by    text NOT NULL CHECK (sealed_by IN ('VAULT', 'CUSTOMER')),
  customer_id  uuid REFERENCES customer,
  created_at   timestamptz NOT NULL,
  retain_until timestamptz,                      -- NULL until accepted: goes when the reissue ends
  UNIQUE (reissue_id, update_id),
  CHECK ((sealed_by = 'CUSTOMER') = (customer_id IS NOT NULL AND retain_until IS NOT NULL))
);
CREATE INDEX identity_photo_retention ON identity_photo (retain_until);

-- Devices from which a customer proved who they are.
CREATE TABLE known_device (
  customer_id   uuid NOT NULL REFERENCES customer,
  device        text NOT NULL,                   -- keyed digest
  first_seen_at timestamptz NOT NULL,
  last_seen_at  timestamptz NOT NULL,
  PRIMARY KEY (customer_id, device)
);

-- How often something may be done: the generic cell rate algorithm, one row per key.
CREATE TABLE rate_limit (
  key text PRIMARY KEY,                          -- personal parts as keyed digests
  tat timestamptz NOT NULL                       -- theoretical arrival time
);
CREATE INDEX rate_limit_by_tat ON rate_limit (tat);

ALTER TABLE password_try
  ADD COLUMN password_set_at timestamptz;        -- of the password the try is for; NULL: older than this column

-- Verifiers that were in force before, so that a reset does not bring one back.
CREATE TABLE password_history (
  customer_id uuid NOT NULL REFERENCES customer,
  verifier    text NOT NULL,
  set_at      timestamptz NOT NULL,
  PRIMARY KEY (customer_id, set_at)
);

ALTER TABLE consent
  ADD COLUMN act text NOT NULL DEFAULT 'GIVEN' CHECK (act IN ('GIVEN', 'WITHDRAWN'));
CREATE TABLE consent_receipt (
  receipt_id text PRIMARY KEY,
  reissue_id text NOT NULL REFERENCES reissue,
  update_id  text NOT NULL,
  jws        text NOT NULL,
  issued_at  timestamptz NOT NULL,
  UNIQUE (reissue_id, update_id)
);

ALTER TABLE vault_item
  ADD COLUMN subject text;                       -- what the envelope must be for; NULL: the reissue

GRANT SELECT ON issuer TO reseal_worker;        -- who made the old certificate that somebody shows
GRANT SELECT, INSERT, UPDATE ON customer_key TO reseal_worker;
GRANT UPDATE (key_id, sealed, sealed_by, lookup, erased_at) ON customer_rrn TO reseal_worker;
GRANT INSERT ON rrn_access TO reseal_worker;
GRANT SELECT, INSERT, UPDATE ON known_device TO reseal_worker;
GRANT DELETE ON identity_day TO reseal_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limit TO reseal_worker, reseal_gateway;
GRANT SELECT, INSERT, DELETE ON password_history TO reseal_worker;
GRANT SELECT, INSERT ON consent_receipt TO reseal_worker;
GRANT SELECT ON consent_receipt TO reseal_gateway;
GRANT SELECT (reissue_id, terms_id, version, digest, locale, agreed, act, recorded_at) ON consent TO reseal_gateway;
GRANT SELECT, INSERT ON identity_photo TO reseal_gateway;
GRANT SELECT, DELETE, UPDATE (sealed, sealed_by, customer_id, retain_until) ON identity_photo TO reseal_worker;

DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'reseal_sandbox') THEN
    GRANT INSERT, SELECT (customer_id) ON customer_key TO reseal_sandbox;
  END IF;
END $$;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
