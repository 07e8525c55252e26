-- Up Migration

-- The bank's customer registry, as far as a reissue needs it. CI: 88 characters, one per person across services.
CREATE TABLE customer (
  customer_id    uuid PRIMARY KEY,
  customer_ref   text NOT NULL UNIQUE,           -- pseudonym: the only name of a person outside this database
  ci             text NOT NULL UNIQUE,
  name           text NOT NULL,
  mobile         text NOT NULL,                  -- digits only
  email          text,
  bank_code      text NOT NULL,
  account_number text NOT NULL,                  -- digits only
  created_at     timestamptz NOT NULL
);
CREATE INDEX customer_by_name_and_mobile ON customer (mobile, name);

-- The certificate password. Tries are reserved (counted) before a hash is compared and given back when it matches.
CREATE TABLE password_credential (
  customer_id uuid PRIMARY KEY REFERENCES customer,
  verifier    text NOT NULL,                     -- Argon2id, PHC string
  wrong_tries int  NOT NULL DEFAULT 0,
  set_at      timestamptz NOT NULL
);

CREATE TABLE reissue (
  reissue_id        text PRIMARY KEY CHECK (reissue_id ~ '^ri_[0-9a-f]{32}$'),
  api_key_name      text NOT NULL,
  reason            text NOT NULL,
  state             text NOT NULL,
  applicant_name    text NOT NULL,
  applicant_mobile  text NOT NULL,
  person_key        text NOT NULL,               -- keyed digest of who the applicant says they are
  customer_id       uuid REFERENCES customer,    -- whom name and number point at; proved only by identity_verified_at
  customer_ref      text NOT NULL,               -- pseudonym; of the applicant where no customer is known
  key_thumbprint    text NOT NULL,               -- RFC 7638
  effective_reason  text NOT NULL,
  policy_version    text NOT NULL,
  methods           text[] NOT NULL,             -- offered now
  identity_attempts int NOT NULL,                -- tries left on the method with the fewest
  password_attempts int,                         -- tries left; NULL until the identity is verified
  resetting         boolean NOT NULL DEFAULT false,
  basis             text,
  old_serial        text,
  csr               text,
  serial            text,                        -- the new certificate, once ISSUED
  registration_challenge_id text,
  registration_nonce        text,
  parked_step       text,
  parked_since      timestamptz,
  parked_code       text,
  park_sequence     int NOT NULL DEFAULT 0,
  pending_message   jsonb,                       -- what the operator's retry runs again: handles, no secrets
  deadline          timestamptz,
  reminders_sent    int NOT NULL DEFAULT 0,
  steps             int NOT NULL DEFAULT 0,
  event_sequence    int NOT NULL DEFAULT 0,
  audit_sequence    int NOT NULL DEFAULT 0,
  identity_verified_at   timestamptz,
  password_verified_at   timestamptz,
  consents_completed_at  timestamptz,
  issued_at         timestamptz,
  downloaded_at     timestamptz,
  ended_at          timestamptz,
  created_at        timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL
);
CREATE INDEX reissue_open_by_customer ON reissue (customer_id) WHERE ended_at IS NULL;
CREATE INDEX reissue_open_by_update ON reissue (updated_at) WHERE ended_at IS NULL;
CREATE INDEX reissue_registered_by_customer ON reissue (customer_id, ended_at) WHERE state = 'REGISTERED';

-- One row per reissue and method: tries and sends count over all its challenges.
CREATE TABLE identity_method (
  reissue_id  text NOT NULL REFERENCES reissue,
  method      text NOT NULL,
  tries       int NOT NULL DEFAULT 0,
  sends       int NOT NULL DEFAULT 0,
  locked      boolean NOT NULL DEFAULT false,
  verified_at timestamptz,
  ci          text,
  PRIMARY KEY (reissue_id, method)
);

CREATE TABLE challenge (
  challenge_id   text PRIMARY KEY,
  reissue_id     text NOT NULL REFERENCES reissue,
  update_id      text NOT NULL,
  method         text NOT NULL,
  transaction_id text NOT NULL UNIQUE,           -- at the provider
  hint           text NOT NULL,
  state          text NOT NULL CHECK (state IN ('PREPARED', 'SENT', 'ACCEPTED', 'REPLACED')),
  deliverable    boolean NOT NULL,               -- false: nobody to send it to; looks the same from outside
  expires_at     timestamptz NOT NULL,
  created_at     timestamptz NOT NULL,
  UNIQUE (reissue_id, update_id, method)
);

-- A try reserved before the answer is compared, and what the provider said of it. The primary key makes a
-- repeated step reserve once and ask once.
CREATE TABLE identity_try (
  reissue_id   text NOT NULL REFERENCES reissue,
  update_id    text NOT NULL,
  challenge_id text NOT NULL REFERENCES challenge,
  state        text NOT NULL CHECK (state IN ('GRANTED', 'LOCKED', 'EXPIRED')),
  verdict      text CHECK (verdict IN ('MATCHED', 'MISMATCHED', 'EXPIRED')),
  ci           text,
  PRIMARY KEY (reissue_id, update_id, challenge_id)
);

-- Wrong answers per person (keyed digest), method and day, across reissues.
CREATE TABLE identity_day (
  person_key text NOT NULL,
  method     text NOT NULL,
  day        date NOT NULL,
  tries      int NOT NULL DEFAULT 0,
  PRIMARY KEY (person_key, method, day)
);

CREATE TABLE password_try (
  reissue_id text NOT NULL REFERENCES reissue,
  update_id  text NOT NULL,
  granted    boolean NOT NULL,
  PRIMARY KEY (reissue_id, update_id)
);

CREATE TABLE consent (
  reissue_id  text NOT NULL REFERENCES reissue,
  terms_id    text NOT NULL,
  version     text NOT NULL,
  digest      text NOT NULL,                     -- SHA-256 of the text agreed to
  locale      text NOT NULL,
  agreed      boolean NOT NULL,
  address     text NOT NULL,
  agent       text NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (reissue_id, terms_id, version, recorded_at)
);

-- Same key, same answer: the final outcome of each step, written in the step's own transaction.
CREATE TABLE step (
  reissue_id   text NOT NULL REFERENCES reissue,
  update_id    text NOT NULL,
  kind         text NOT NULL,
  request_hmac text NOT NULL,
  outcome      jsonb NOT NULL,
  recorded_at  timestamptz NOT NULL,
  PRIMARY KEY (reissue_id, update_id)
);

-- Sealed secrets on their way to the one activity that opens them. No foreign key: at start it comes first.
CREATE TABLE vault_item (
  handle     text PRIMARY KEY,
  reissue_id text NOT NULL,
  update_id  text NOT NULL,
  envelope   text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX vault_item_by_reissue ON vault_item (reissue_id);

-- Each sealed value is for one call: its id (the jti of its header) outlives it here.
CREATE TABLE vault_envelope (
  reissue_id text NOT NULL,
  jti        text NOT NULL,
  handle     text NOT NULL,
  PRIMARY KEY (reissue_id, jti)
);

CREATE TABLE certificate (
  serial         text PRIMARY KEY CHECK (serial ~ '^[0-9a-f]+$'),
  reissue_id     text REFERENCES reissue,
  customer_id    uuid NOT NULL,
  enrolment_id   text UNIQUE,                    -- for certificates that were not made by a reissue
  issuer         text NOT NULL,
  profile        text NOT NULL,
  profile_digest text NOT NULL,
  policy         text NOT NULL,                  -- certificate policy OID
  basis          text NOT NULL,
  state          text NOT NULL CHECK (state IN ('INTENT', 'STORED', 'ABANDONED')),
  subject        text NOT NULL,
  spki_sha256    text NOT NULL,
  tbs_digest     text NOT NULL,
  crl_shard      int  NOT NULL,
  not_before     timestamptz NOT NULL,
  not_after      timestamptz NOT NULL,
  der            bytea,
  on_file        boolean NOT NULL DEFAULT false, -- the one certificate of this person and policy
  created_at     timestamptz NOT NULL,
  stored_at      timestamptz,
  registered_at  timestamptz,
  hold_at        timestamptz,
  revoked_at     timestamptz,
  revocation_reason text,                        -- RFC 5280 5.3.1 names
  CHECK ((state = 'STORED') = (der IS NOT NULL))
);
CREATE UNIQUE INDEX certificate_one_live_per_reissue ON certificate (reissue_id)
  WHERE state IN ('INTENT', 'STORED') AND revoked_at IS NULL;
CREATE UNIQUE INDEX certificate_one_on_file ON certificate (customer_id, policy) WHERE on_file;
CREATE INDEX certificate_by_customer ON certificate (customer_id);
CREATE INDEX certificate_by_key ON certificate (spki_sha256);
-- Two reissues cannot pass the check for a used key at the same moment.
CREATE UNIQUE INDEX certificate_one_per_key ON certificate (spki_sha256) WHERE state <> 'ABANDONED';
CREATE INDEX certificate_open_intents ON certificate (created_at) WHERE state = 'INTENT';

-- Outbox, timeline and SSE source at once. `position` orders the relay; the sequence is given under the row lock.
CREATE TABLE event (
  reissue_id   text NOT NULL REFERENCES reissue,
  sequence     int  NOT NULL,
  position     bigint GENERATED ALWAYS AS IDENTITY,
  topic        text NOT NULL,
  key          text NOT NULL,
  type         text NOT NULL,
  data         jsonb NOT NULL,
  occurred_at  timestamptz NOT NULL,
  published_at timestamptz,
  PRIMARY KEY (reissue_id, sequence)
);
CREATE INDEX event_unpublished ON event (position) WHERE published_at IS NULL;

CREATE FUNCTION announce_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reseal_event', NEW.reissue_id);
  RETURN NULL;
END $$;
CREATE TRIGGER event_announced AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION announce_event();

-- Who did what, when, on which reissue. The personal part is salted apart, so that it can be erased while its
-- digest stays. Insert-only for every role but the owner.
CREATE TABLE audit_entry (
  reissue_id      text NOT NULL REFERENCES reissue,
  sequence        int  NOT NULL,
  actor           text NOT NULL,
  action          text NOT NULL,
  outcome         text NOT NULL,
  reason          text,
  details         jsonb NOT NULL,
  personal_digest text,                          -- SHA-256 of salt and personal part
  occurred_at     timestamptz NOT NULL,
  PRIMARY KEY (reissue_id, sequence)
);
CREATE TABLE audit_personal (
  reissue_id text NOT NULL,
  sequence   int  NOT NULL,
  salt       text NOT NULL,
  personal   text NOT NULL,                      -- JSON as it was digested: jsonb would reorder it
  PRIMARY KEY (reissue_id, sequence),
  FOREIGN KEY (reissue_id, sequence) REFERENCES audit_entry
);

-- What was told to whom: a message is sent once per moment and channel.
CREATE TABLE notification (
  reissue_id text NOT NULL REFERENCES reissue,
  moment     text NOT NULL,
  channel    text NOT NULL,
  sent_at    timestamptz NOT NULL,
  PRIMARY KEY (reissue_id, moment, channel)
);

-- Roles exist per cluster and are created by whoever provisions it; here is what each may do.
GRANT USAGE ON SCHEMA public TO reseal_gateway, reseal_worker, reseal_signer;

GRANT SELECT ON reissue, challenge, step, event, certificate TO reseal_gateway;
GRANT UPDATE (downloaded_at) ON reissue TO reseal_gateway;
GRANT INSERT ON vault_item TO reseal_gateway;
GRANT SELECT, INSERT ON vault_envelope TO reseal_gateway;

GRANT SELECT ON customer TO reseal_worker;
GRANT SELECT, INSERT, UPDATE ON password_credential, reissue, identity_method, challenge, identity_try, identity_day,
  password_try TO reseal_worker;
GRANT SELECT, UPDATE (state, on_file, registered_at, hold_at, revoked_at, revocation_reason) ON certificate
  TO reseal_worker;
GRANT UPDATE (created_at) ON customer TO reseal_worker, reseal_signer; -- SELECT … FOR NO KEY UPDATE: the lock on a person
GRANT SELECT, INSERT ON consent, step, event, notification TO reseal_worker;
GRANT UPDATE (published_at) ON event TO reseal_worker;
GRANT SELECT, DELETE ON vault_item TO reseal_worker;
GRANT INSERT ON audit_entry, audit_personal TO reseal_worker;

GRANT SELECT ON reissue, consent, customer TO reseal_signer;
GRANT UPDATE (audit_sequence) ON reissue TO reseal_signer; -- its own audit entries, and the lock on the row
GRANT SELECT, INSERT, UPDATE ON certificate TO reseal_signer;
GRANT INSERT ON audit_entry, audit_personal TO reseal_signer;

-- The sandbox enrols sample people, where there is one.
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'reseal_sandbox') THEN
    GRANT USAGE ON SCHEMA public TO reseal_sandbox;
    GRANT SELECT, INSERT ON customer, password_credential TO reseal_sandbox;
  END IF;
END $$;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
