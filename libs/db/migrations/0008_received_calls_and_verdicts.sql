-- Up Migration

-- Each call as the gateway took it in, before anything answers it: from then on its Idempotency-Key stands for this body.
-- Only the gateway writes it, so it also proves to the signer that a call came from outside.
CREATE TABLE received_call (
  reissue_id     text NOT NULL,                  -- or a VID check; no foreign key: at the start the call comes first
  update_id      text NOT NULL,
  kind           text NOT NULL,
  request_hmac   text NOT NULL,
  received_at    timestamptz NOT NULL,
  PRIMARY KEY (reissue_id, update_id)
);

-- What each sealed value is for, as its header says and the gateway checked. Only the gateway writes it: no answer and no
-- password counts at the signer that did not come in here, for the key that the certificate is asked for.
ALTER TABLE vault_envelope                       -- NULL: older than these columns
  ADD COLUMN update_id      text,
  ADD COLUMN purpose        text,
  ADD COLUMN challenge_id   text,                -- which challenge it answers
  ADD COLUMN key_thumbprint text;                -- RFC 7638; NULL where there is no reissue
CREATE INDEX vault_envelope_by_update ON vault_envelope (reissue_id, update_id);

-- Envelopes name the key and the front end that they are for. Those that came in before this did not, and are still
-- opened; the gateway cannot set the column, so none of today's passes for one of them.
ALTER TABLE vault_item
  ADD COLUMN unbound boolean NOT NULL DEFAULT false;
UPDATE vault_item SET unbound = true;
REVOKE INSERT ON vault_item FROM reseal_gateway;
GRANT INSERT (handle, reissue_id, update_id, envelope, subject, created_at) ON vault_item TO reseal_gateway;

-- How a try at the password came out, for the signer to see; RESET: it set a new one.
ALTER TABLE password_try
  ADD COLUMN verdict text CHECK (verdict IN ('MATCHED', 'MISMATCHED', 'RESET'));
ALTER TABLE consent
  ADD COLUMN update_id text;                     -- the step that recorded it; NULL: older than this column

-- A verdict is final: what was found out about an answer is never found out differently.
CREATE FUNCTION keep_verdict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.verdict IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'the verdict on this try is final' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER identity_try_verdict_kept BEFORE UPDATE ON identity_try
  FOR EACH ROW EXECUTE FUNCTION keep_verdict();
CREATE TRIGGER password_try_verdict_kept BEFORE UPDATE ON password_try
  FOR EACH ROW EXECUTE FUNCTION keep_verdict();

-- Reissues that were under way before verdicts could be proved, with the person and the key that they had. The signer
-- asks no more of them than it did; no process can add to them.
CREATE TABLE reissue_before_verdicts (
  reissue_id     text PRIMARY KEY REFERENCES reissue,
  customer_id    uuid,
  key_thumbprint text NOT NULL
);
INSERT INTO reissue_before_verdicts
  SELECT reissue_id, customer_id, key_thumbprint FROM reissue WHERE ended_at IS NULL;

GRANT SELECT, INSERT ON received_call TO reseal_gateway;
GRANT SELECT ON received_call, vault_envelope, identity_try, password_try, reissue_before_verdicts TO reseal_signer;
GRANT SELECT (challenge_id, reissue_id, method) ON challenge TO reseal_signer;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
