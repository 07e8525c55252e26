-- Up Migration

-- A certificate on its way from one device of its holder to another. Both devices agree on a key by messages that this table
-- passes on; `content` is encrypted with that key. Rows last for some minutes.
CREATE TABLE certificate_transfer (
  -- Four digits of the number that the receiving device enters. The other digits never leave the devices.
  box            text PRIMARY KEY CHECK (box ~ '^[0-9]{4}$'),
  -- Each of the devices knows its own id only.
  sender_id      text NOT NULL UNIQUE,
  receiver_id    text UNIQUE,
  sender_share   bytea NOT NULL CHECK (octet_length(sender_share) = 32),
  receiver_share bytea CHECK (octet_length(receiver_share) = 32),
  content        bytea CHECK (octet_length(content) <= 24576),
  state          text NOT NULL CHECK (state IN ('OPEN', 'JOINED', 'SENT', 'RECEIVED', 'FAILED')),
  expires_at     timestamptz NOT NULL,
  CHECK ((state = 'SENT') = (content IS NOT NULL)),
  CHECK ((receiver_id IS NULL) = (receiver_share IS NULL))
);
CREATE INDEX certificate_transfer_by_expiry ON certificate_transfer (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON certificate_transfer TO reseal_gateway;
GRANT SELECT, DELETE ON certificate_transfer TO reseal_worker;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
