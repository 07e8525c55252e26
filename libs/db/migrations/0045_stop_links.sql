-- Up Migration

-- A customer stops a reissue by the link in a message, or confirms that it is their own. As in 0019, an interrupted migration can
-- run again.
ALTER TABLE reissue
  DROP CONSTRAINT IF EXISTS reissue_end_code_check,
  ADD CONSTRAINT reissue_end_code_check
    CHECK (end_code IN ('IDENTITY_LOCKED', 'IDENTITY_MISMATCH', 'RRN_NOT_ON_FILE', 'REISSUES_BLOCKED', 'RISK_REFUSED',
      'ANOTHER_REISSUE_REGISTERED', 'SUPERSEDED', 'CANCELLED_BY_CUSTOMER', 'CANCELLED_BY_BANK',
      'STOPPED_BY_CUSTOMER', 'DEADLINE',
      'NOT_RETRIED', 'ABANDONED_BY_OPERATOR', 'WITHDRAWN_BY_OPERATOR')) NOT VALID;

INSERT INTO audit_writer (role, action, actor)
SELECT 'reseal_worker', action, actor
FROM unnest(ARRAY['stop', 'confirmReissue']) AS action, unnest(ARRAY['customer', 'system', 'staff:']) AS actor
ON CONFLICT DO NOTHING;

COMMIT;
BEGIN;

ALTER TABLE reissue VALIDATE CONSTRAINT reissue_end_code_check;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
