-- Up Migration

-- Notifications that wait to be sent. The step that decides one writes it here in its own transaction. What was sent is
-- in `notification`, and the row is deleted; the row of a notification that was given up stays for a while.
CREATE TABLE notification_outbox (
  reissue_id  text NOT NULL REFERENCES reissue,
  occasion    text NOT NULL, -- `notification.moment`: the kind, with a number where a reissue can have several of a kind
  kind        text NOT NULL CHECK (kind IN ('ISSUED', 'REGISTERED', 'REVOKED', 'HELD', 'PASSWORD_LOCKED', 'PASSWORD_RESET',
    'NEW_DEVICE', 'IDENTITY_LOCKED', 'REFUSED', 'REMINDER', 'RESUMED', 'WITHDRAWN', 'CANCELLED', 'TIMED_OUT', 'ABANDONED')),
  attempts    int NOT NULL DEFAULT 0,
  due_at      timestamptz NOT NULL, -- while a worker sends it: when another one may take it
  created_at  timestamptz NOT NULL,
  given_up_at timestamptz,
  PRIMARY KEY (reissue_id, occasion)
);
CREATE INDEX notification_outbox_due ON notification_outbox (due_at) WHERE given_up_at IS NULL;
CREATE INDEX notification_outbox_given_up ON notification_outbox (given_up_at) WHERE given_up_at IS NOT NULL;

GRANT SELECT, INSERT, UPDATE (attempts, due_at, given_up_at), DELETE ON notification_outbox TO reseal_worker;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
