-- Up Migration

-- A wait before the certificate is signed. The deadline stands still from `cooling_off_since` to `cooling_off_until`, which an
-- approver may bring forward.
ALTER TABLE reissue
  ADD COLUMN IF NOT EXISTS cooling_off_since timestamptz,
  ADD COLUMN IF NOT EXISTS cooling_off_until timestamptz;
GRANT SELECT (required_wait_ms, cooling_off_since, cooling_off_until) ON reissue TO reseal_ops;

-- As in 0019, an interrupted migration can run again.
ALTER TABLE reissue
  DROP CONSTRAINT IF EXISTS reissue_state_check,
  ADD CONSTRAINT reissue_state_check
    CHECK (state IN ('IDENTITY_REQUIRED', 'PASSWORD_REQUIRED', 'CONSENT_REQUIRED', 'KEY_REQUIRED', 'COOLING_OFF', 'ISSUING',
      'ISSUED', 'REGISTERED', 'REJECTED', 'TIMED_OUT', 'CANCELLED', 'ABANDONED', 'WITHDRAWN')) NOT VALID;
ALTER TABLE notification_outbox
  DROP CONSTRAINT IF EXISTS notification_outbox_kind_check,
  ADD CONSTRAINT notification_outbox_kind_check
    CHECK (kind IN ('ISSUED', 'REGISTERED', 'REVOKED', 'HELD', 'PASSWORD_LOCKED', 'PASSWORD_RESET', 'NEW_DEVICE',
      'IDENTITY_LOCKED', 'REFUSED', 'REMINDER', 'RESUMED', 'COOLING_OFF', 'WITHDRAWN', 'CANCELLED', 'TIMED_OUT',
      'ABANDONED')) NOT VALID;

INSERT INTO audit_writer (role, action, actor) VALUES
  ('reseal_worker', 'endCoolingOff', 'customer'),
  ('reseal_worker', 'endCoolingOff', 'system'),
  ('reseal_worker', 'endCoolingOff', 'staff:')
ON CONFLICT DO NOTHING;

COMMIT;
BEGIN;

ALTER TABLE reissue VALIDATE CONSTRAINT reissue_state_check;
ALTER TABLE notification_outbox VALIDATE CONSTRAINT notification_outbox_kind_check;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
