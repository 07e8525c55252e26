-- Up Migration

-- The states, kinds and reasons that rows may have, as libs/db/src/column-values.ts lists them. A later version that adds
-- a value replaces the constraint by a migration of its own: migrations run before the processes of that version start.
--
-- Each constraint is added NOT VALID, which locks its table only for a moment, and validated after this transaction has
-- ended, while others read and write. A migration that is interrupted in between can run again.
ALTER TABLE customer
  DROP CONSTRAINT IF EXISTS customer_carrier_check,
  ADD CONSTRAINT customer_carrier_check
    CHECK (carrier IN ('SKT', 'KT', 'LGU', 'SKT_MVNO', 'KT_MVNO', 'LGU_MVNO')) NOT VALID;

ALTER TABLE reissue
  DROP CONSTRAINT IF EXISTS reissue_state_check,
  ADD CONSTRAINT reissue_state_check
    CHECK (state IN ('IDENTITY_REQUIRED', 'PASSWORD_REQUIRED', 'CONSENT_REQUIRED', 'KEY_REQUIRED', 'ISSUING', 'ISSUED',
      'REGISTERED', 'REJECTED', 'TIMED_OUT', 'CANCELLED', 'ABANDONED', 'WITHDRAWN')) NOT VALID,
  DROP CONSTRAINT IF EXISTS reissue_reason_check,
  ADD CONSTRAINT reissue_reason_check
    CHECK (reason IN ('EXPIRED', 'LOST', 'PASSWORD_FORGOTTEN', 'KEY_COMPROMISED')) NOT VALID,
  DROP CONSTRAINT IF EXISTS reissue_effective_reason_check,
  ADD CONSTRAINT reissue_effective_reason_check
    CHECK (effective_reason IN ('EXPIRED', 'LOST', 'PASSWORD_FORGOTTEN', 'KEY_COMPROMISED')) NOT VALID,
  DROP CONSTRAINT IF EXISTS reissue_applicant_carrier_check,
  ADD CONSTRAINT reissue_applicant_carrier_check
    CHECK (applicant_carrier IN ('SKT', 'KT', 'LGU', 'SKT_MVNO', 'KT_MVNO', 'LGU_MVNO')) NOT VALID,
  DROP CONSTRAINT IF EXISTS reissue_methods_check,
  ADD CONSTRAINT reissue_methods_check
    CHECK (methods <@ ARRAY['PHONE_CODE', 'ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE']) NOT VALID,
  DROP CONSTRAINT IF EXISTS reissue_basis_check,
  ADD CONSTRAINT reissue_basis_check
    CHECK (basis IN ('REISSUE', 'RENEW', 'NEW')) NOT VALID,
  DROP CONSTRAINT IF EXISTS reissue_parked_step_check,
  ADD CONSTRAINT reissue_parked_step_check
    CHECK (parked_step IN ('SEND_CHALLENGES', 'VERIFY_CHALLENGES', 'ISSUE_CERTIFICATE', 'RECORD_STEP')) NOT VALID,
  DROP CONSTRAINT IF EXISTS reissue_parked_code_check,
  ADD CONSTRAINT reissue_parked_code_check
    CHECK (parked_code IN ('DEPENDENCY_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'STEP_FAILED')) NOT VALID,
  DROP CONSTRAINT IF EXISTS reissue_end_code_check,
  ADD CONSTRAINT reissue_end_code_check
    CHECK (end_code IN ('IDENTITY_LOCKED', 'IDENTITY_MISMATCH', 'RRN_NOT_ON_FILE', 'ANOTHER_REISSUE_REGISTERED',
      'SUPERSEDED', 'CANCELLED_BY_CUSTOMER', 'DEADLINE', 'NOT_RETRIED', 'ABANDONED_BY_OPERATOR',
      'WITHDRAWN_BY_OPERATOR')) NOT VALID;

ALTER TABLE identity_method
  DROP CONSTRAINT IF EXISTS identity_method_method_check,
  ADD CONSTRAINT identity_method_method_check
    CHECK (method IN ('PHONE_CODE', 'ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE')) NOT VALID;

ALTER TABLE identity_day
  DROP CONSTRAINT IF EXISTS identity_day_method_check,
  ADD CONSTRAINT identity_day_method_check
    CHECK (method IN ('PHONE_CODE', 'ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE')) NOT VALID;

ALTER TABLE challenge
  DROP CONSTRAINT IF EXISTS challenge_method_check,
  ADD CONSTRAINT challenge_method_check
    CHECK (method IN ('PHONE_CODE', 'ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE')) NOT VALID;

ALTER TABLE vault_envelope
  DROP CONSTRAINT IF EXISTS vault_envelope_purpose_check,
  ADD CONSTRAINT vault_envelope_purpose_check
    CHECK (purpose IN ('identity', 'password', 'rrn', 'document', 'vid-random', 'particulars')) NOT VALID;

ALTER TABLE consent
  DROP CONSTRAINT IF EXISTS consent_locale_check,
  ADD CONSTRAINT consent_locale_check
    CHECK (locale IN ('ko', 'en')) NOT VALID;

ALTER TABLE certificate
  DROP CONSTRAINT IF EXISTS certificate_basis_check,
  ADD CONSTRAINT certificate_basis_check
    CHECK (basis IN ('REISSUE', 'RENEW', 'NEW')) NOT VALID,
  DROP CONSTRAINT IF EXISTS certificate_revocation_reason_check,
  ADD CONSTRAINT certificate_revocation_reason_check
    CHECK (revocation_reason IN ('unspecified', 'keyCompromise', 'affiliationChanged', 'superseded',
      'cessationOfOperation', 'privilegeWithdrawn')) NOT VALID;

ALTER TABLE notification
  DROP CONSTRAINT IF EXISTS notification_channel_check,
  ADD CONSTRAINT notification_channel_check
    CHECK (channel IN ('SMS', 'MAIL')) NOT VALID;

ALTER TABLE authority_entry
  DROP CONSTRAINT IF EXISTS authority_entry_outcome_check,
  ADD CONSTRAINT authority_entry_outcome_check
    CHECK (outcome IN ('STARTED', 'DONE', 'FAILED', 'REFUSED', 'MATCHED', 'MISMATCHED')) NOT VALID;

COMMIT;
BEGIN;

ALTER TABLE customer VALIDATE CONSTRAINT customer_carrier_check;
ALTER TABLE reissue
  VALIDATE CONSTRAINT reissue_state_check,
  VALIDATE CONSTRAINT reissue_reason_check,
  VALIDATE CONSTRAINT reissue_effective_reason_check,
  VALIDATE CONSTRAINT reissue_applicant_carrier_check,
  VALIDATE CONSTRAINT reissue_methods_check,
  VALIDATE CONSTRAINT reissue_basis_check,
  VALIDATE CONSTRAINT reissue_parked_step_check,
  VALIDATE CONSTRAINT reissue_parked_code_check,
  VALIDATE CONSTRAINT reissue_end_code_check;
ALTER TABLE identity_method VALIDATE CONSTRAINT identity_method_method_check;
ALTER TABLE identity_day VALIDATE CONSTRAINT identity_day_method_check;
ALTER TABLE challenge VALIDATE CONSTRAINT challenge_method_check;
ALTER TABLE vault_envelope VALIDATE CONSTRAINT vault_envelope_purpose_check;
ALTER TABLE consent VALIDATE CONSTRAINT consent_locale_check;
ALTER TABLE certificate
  VALIDATE CONSTRAINT certificate_basis_check,
  VALIDATE CONSTRAINT certificate_revocation_reason_check;
ALTER TABLE notification VALIDATE CONSTRAINT notification_channel_check;
ALTER TABLE authority_entry VALIDATE CONSTRAINT authority_entry_outcome_check;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
