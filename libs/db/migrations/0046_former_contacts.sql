-- Up Migration

-- Some messages also go to the contact before a recent change. An interrupted migration can run again, as in 0019.
ALTER TABLE notification
  DROP CONSTRAINT IF EXISTS notification_channel_check,
  ADD CONSTRAINT notification_channel_check
    CHECK (channel IN ('SMS', 'MAIL', 'FORMER_SMS', 'FORMER_MAIL')) NOT VALID;

COMMIT;
BEGIN;

ALTER TABLE notification VALIDATE CONSTRAINT notification_channel_check;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
