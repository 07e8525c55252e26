-- Up Migration

-- Where banks' systems that do not read Kafka are told of events. No secret is kept: each is derived from a key that
-- the database does not have.
CREATE TABLE webhook_endpoint (
  endpoint_id           text PRIMARY KEY,
  url                   text NOT NULL,
  description           text NOT NULL,
  types                 text[] NOT NULL,             -- of events; none: all
  secret_generation     int  NOT NULL DEFAULT 1,
  previous_secret_until timestamptz,
  disabled_at           timestamptz,
  disabled_reason       text,
  created_by            text NOT NULL,
  created_at            timestamptz NOT NULL,
  updated_at            timestamptz NOT NULL
);

CREATE TABLE webhook_delivery (
  endpoint_id     text NOT NULL REFERENCES webhook_endpoint ON DELETE CASCADE,
  stream          text NOT NULL,
  sequence        int  NOT NULL,
  state           text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DELIVERED', 'FAILED')),
  attempts        int  NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  last_status     int,
  last_error      text,
  ended_at        timestamptz,
  PRIMARY KEY (endpoint_id, stream, sequence),
  FOREIGN KEY (stream, sequence) REFERENCES event ON DELETE CASCADE
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_attempt_at) WHERE state = 'PENDING';
CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_at) WHERE ended_at IS NOT NULL;

-- A delivery is written by the transaction that writes the event, whoever that is: none is forgotten, however late the
-- transaction ends.
CREATE FUNCTION queue_webhooks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO webhook_delivery (endpoint_id, stream, sequence, next_attempt_at)
    SELECT endpoint_id, NEW.stream, NEW.sequence, NEW.occurred_at FROM webhook_endpoint
    WHERE disabled_at IS NULL AND (types = '{}' OR NEW.type = ANY (types));
  RETURN NULL;
END $$;
CREATE TRIGGER webhooks_queued AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION queue_webhooks();

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoint TO reseal_ops;
GRANT SELECT, INSERT, UPDATE ON webhook_delivery TO reseal_ops; -- replay
GRANT SELECT ON webhook_endpoint TO reseal_worker;
GRANT UPDATE (disabled_at, disabled_reason, updated_at) ON webhook_endpoint TO reseal_worker;
GRANT SELECT, UPDATE, DELETE ON webhook_delivery TO reseal_worker;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
