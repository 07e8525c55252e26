-- Up Migration

-- CRLs of the root, which is offline: made by an operator, kept here by the signer, and handed out by the status app.
CREATE TABLE root_crl (
  root_key_id text NOT NULL,                     -- subject key identifier, hexadecimal
  number      numeric NOT NULL,                  -- of the CRL: grows
  this_update timestamptz NOT NULL,
  next_update timestamptz NOT NULL,
  der         bytea NOT NULL,
  PRIMARY KEY (root_key_id, number)
);

GRANT SELECT, INSERT ON root_crl TO reseal_signer;
GRANT SELECT ON root_crl TO reseal_status;

INSERT INTO audit_writer (role, action, actor) VALUES ('reseal_signer', 'ca.revokeIssuing', 'operator:');

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
