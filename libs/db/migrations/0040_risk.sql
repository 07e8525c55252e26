-- Up Migration

-- Every policy by which the risk of a reissue was decided: an auditor computes the decision again with its text.
CREATE TABLE risk_policy (
  digest        text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'), -- SHA-256 of the document
  document      text NOT NULL,                                      -- canonical JSON (RFC 8785)
  first_used_at timestamptz NOT NULL
);
GRANT SELECT, INSERT ON risk_policy TO reseal_worker;

-- The policy of a reissue, from its start. No foreign key: all reissues would lock the same row.
ALTER TABLE reissue
  ADD COLUMN risk_policy text,
  -- When a decision asked for one more identity method; null if none did.
  ADD COLUMN stepped_up_at timestamptz;

-- When the telecom company last changed the SIM of the number, as its answer said.
ALTER TABLE identity_try ADD COLUMN sim_changed_at timestamptz;

-- Reissues of a day on one device.
CREATE INDEX reissue_by_device ON reissue (device, created_at) WHERE device IS NOT NULL;

INSERT INTO audit_writer (role, action, actor) VALUES ('reseal_worker', 'decideRisk', 'system');

ALTER TABLE reissue
  DROP CONSTRAINT IF EXISTS reissue_end_code_check,
  ADD CONSTRAINT reissue_end_code_check
    CHECK (end_code IN ('IDENTITY_LOCKED', 'IDENTITY_MISMATCH', 'RRN_NOT_ON_FILE', 'REISSUES_BLOCKED', 'RISK_REFUSED',
      'ANOTHER_REISSUE_REGISTERED', 'SUPERSEDED', 'CANCELLED_BY_CUSTOMER', 'CANCELLED_BY_BANK', 'DEADLINE',
      'NOT_RETRIED', 'ABANDONED_BY_OPERATOR', 'WITHDRAWN_BY_OPERATOR')) NOT VALID;

COMMIT;
BEGIN;

ALTER TABLE reissue VALIDATE CONSTRAINT reissue_end_code_check;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
