-- Up Migration

-- The end of a reissue by an event of the bank. As in 0019, an interrupted migration can run again.
ALTER TABLE reissue
  DROP CONSTRAINT IF EXISTS reissue_end_code_check,
  ADD CONSTRAINT reissue_end_code_check
    CHECK (end_code IN ('IDENTITY_LOCKED', 'IDENTITY_MISMATCH', 'RRN_NOT_ON_FILE', 'REISSUES_BLOCKED',
      'ANOTHER_REISSUE_REGISTERED', 'SUPERSEDED', 'CANCELLED_BY_CUSTOMER', 'CANCELLED_BY_BANK', 'DEADLINE',
      'NOT_RETRIED', 'ABANDONED_BY_OPERATOR', 'WITHDRAWN_BY_OPERATOR')) NOT VALID;

COMMIT;
BEGIN;

ALTER TABLE reissue VALIDATE CONSTRAINT reissue_end_code_check;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
