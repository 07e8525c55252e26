-- Up Migration

-- The bank names its customers by ids of its own, so that the same file can be imported again. What is left of an erased
-- customer keeps that id: no later file brings the customer back.
ALTER TABLE customer
  ADD COLUMN bank_customer_id text UNIQUE,
  ADD COLUMN erased_at        timestamptz;

-- One run over one file. An interrupted import continues after `line`, which is committed with the customers before it.
CREATE TABLE customer_import (
  import_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  file_digest  text NOT NULL,                    -- SHA-256, hexadecimal
  line         int NOT NULL DEFAULT 0,           -- the last line that was handled
  added        int NOT NULL DEFAULT 0,
  changed      int NOT NULL DEFAULT 0,
  unchanged    int NOT NULL DEFAULT 0,
  refused      int NOT NULL DEFAULT 0,
  started_by   text NOT NULL,
  started_at   timestamptz NOT NULL,
  completed_at timestamptz
);
CREATE UNIQUE INDEX customer_import_under_way ON customer_import (file_digest) WHERE completed_at IS NULL;

-- Refused lines: where and why, never what they hold.
CREATE TABLE customer_import_refusal (
  import_id bigint NOT NULL REFERENCES customer_import,
  line      int    NOT NULL,
  reason    text   NOT NULL,
  PRIMARY KEY (import_id, line)
);

-- Digests of what may be in one file only once, while it is imported. Those of resident registration numbers are keyed.
CREATE TABLE customer_import_key (
  import_id bigint NOT NULL REFERENCES customer_import,
  key       text   NOT NULL,
  line      int    NOT NULL,
  PRIMARY KEY (import_id, key)
);

-- Issuing CAs of other operators, which signed certificates that customers brought along. Their certificates are on file,
-- but their CRLs and OCSP answers are not made here.
CREATE TABLE external_issuer (
  subject     text PRIMARY KEY,                  -- as in certificate.issuer
  certificate bytea NOT NULL,
  added_at    timestamptz NOT NULL
);

-- The status of a certificate of another CA waits for no CRL.
CREATE OR REPLACE FUNCTION certificate_status_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.status_changed_at := CASE
    WHEN NEW.revoked_at IS DISTINCT FROM OLD.revoked_at AND NEW.revoked_at IS NOT NULL THEN NEW.revoked_at
    WHEN NEW.hold_at IS DISTINCT FROM OLD.hold_at AND NEW.hold_at IS NOT NULL THEN NEW.hold_at
    ELSE clock_timestamp() END;
  NEW.crl_pending := NEW.profile <> 'external';
  PERFORM pg_notify('reseal_certificate_status', NEW.serial);
  RETURN NEW;
END $$;

GRANT USAGE ON SCHEMA public TO reseal_customers;
GRANT SELECT, INSERT,
  UPDATE (ci, name, mobile, carrier, email, bank_code, account_number, bank_customer_id, erased_at)
  ON customer TO reseal_customers;
GRANT SELECT, INSERT, UPDATE, DELETE ON password_credential TO reseal_customers;
GRANT SELECT, INSERT, DELETE ON password_history TO reseal_customers;
GRANT SELECT, INSERT, UPDATE (wrapped, destroyed_at) ON customer_key TO reseal_customers;
GRANT SELECT, INSERT, UPDATE (key_id, sealed, sealed_by, lookup, erased_at) ON customer_rrn TO reseal_customers;
GRANT SELECT (serial, customer_id, issuer, policy, spki_sha256, state, der, on_file, profile, not_before, not_after,
  registered_at, hold_at, revoked_at), UPDATE (on_file) ON certificate TO reseal_customers;
-- No reissue, and no status: what it inserts was issued elsewhere, and is in force or has expired.
GRANT INSERT (serial, customer_id, enrolment_id, issuer, profile, profile_digest, policy, basis, state, subject,
  spki_sha256, tbs_digest, crl_shard, not_before, not_after, der, on_file, created_at, stored_at, registered_at)
  ON certificate TO reseal_customers;
GRANT SELECT ON issuer, restore TO reseal_customers;
GRANT SELECT, INSERT ON external_issuer TO reseal_customers;
GRANT SELECT, INSERT, UPDATE (line, added, changed, unchanged, refused, completed_at) ON customer_import
  TO reseal_customers;
GRANT SELECT, INSERT ON customer_import_refusal TO reseal_customers;
GRANT SELECT, INSERT, DELETE ON customer_import_key TO reseal_customers;
GRANT INSERT ON authority_entry TO reseal_customers;
-- To erase a customer.
GRANT SELECT (reissue_id, customer_id, ended_at, person_key, applicant_by), UPDATE (person_key) ON reissue
  TO reseal_customers;
GRANT SELECT (photo_id, reissue_id, customer_id), DELETE ON identity_photo TO reseal_customers;
GRANT SELECT (person_key), DELETE ON identity_day TO reseal_customers;
GRANT SELECT (customer_id), DELETE ON known_device TO reseal_customers;

-- Who brings certificates of other CAs cannot pass one off as ours.
CREATE FUNCTION check_external_certificate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.profile <> 'external' OR EXISTS (SELECT FROM issuer WHERE subject = NEW.issuer)
    OR NOT EXISTS (SELECT FROM external_issuer WHERE subject = NEW.issuer) THEN
    RAISE check_violation USING MESSAGE = format('certificate %s is not of an external CA', NEW.serial);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER certificate_external AFTER INSERT ON certificate
  FOR EACH ROW WHEN (NEW.profile = 'external' OR session_user = 'reseal_customers')
  EXECUTE FUNCTION check_external_certificate();

INSERT INTO audit_writer (role, action, actor) VALUES
  ('reseal_customers', 'importCustomers', 'operator:'),
  ('reseal_customers', 'eraseCustomer', 'operator:');

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
