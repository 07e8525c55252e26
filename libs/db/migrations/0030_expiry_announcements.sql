-- Up Migration

-- Whether the bank may announce to a customer that a certificate is about to expire. The bank's files say so.
ALTER TABLE customer ADD COLUMN expiry_notices boolean NOT NULL DEFAULT true;

-- Announcements of the expiry of certificates. The row is written together with the event, so that each is made once. A
-- message is left to send until the row has an outcome.
CREATE TABLE expiry_announcement (
  serial       text NOT NULL REFERENCES certificate,
  days_left    int  NOT NULL CHECK (days_left BETWEEN 1 AND 90 OR days_left = -1), -- -1: on the day after the expiry
  announced_at timestamptz NOT NULL,
  due_at       timestamptz, -- when it is sent; while a worker sends it: when another one may take it
  attempts     int  NOT NULL DEFAULT 0,
  channels     text[] NOT NULL DEFAULT '{}', -- on which it was sent
  outcome      text CHECK (outcome IN ('SENT', 'NOT_SENT', 'OPTED_OUT', 'OUTDATED')),
  PRIMARY KEY (serial, days_left),
  CHECK ((due_at IS NULL) = (outcome IS NOT NULL))
);
CREATE INDEX expiry_announcement_due ON expiry_announcement (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX expiry_announcement_announced ON expiry_announcement (announced_at);

-- The certificates on file by the end of their validity.
CREATE INDEX certificate_by_expiry ON certificate (not_after, serial) WHERE on_file AND revoked_at IS NULL;

GRANT SELECT, INSERT, UPDATE (due_at, attempts, channels, outcome), DELETE ON expiry_announcement TO reseal_worker;
GRANT UPDATE (expiry_notices) ON customer TO reseal_customers;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
