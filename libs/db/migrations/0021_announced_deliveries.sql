-- Up Migration

-- The oldest entries are found by their position, however many wait.
ALTER TABLE audit_pending ADD PRIMARY KEY (position);

-- The dispatcher is woken by deliveries instead of events: mostly no endpoint wants an event.
CREATE OR REPLACE FUNCTION queue_webhooks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO webhook_delivery (endpoint_id, stream, sequence, next_attempt_at)
    SELECT endpoint_id, NEW.stream, NEW.sequence, NEW.occurred_at FROM webhook_endpoint
    WHERE disabled_at IS NULL AND (types = '{}' OR NEW.type = ANY (types));
  IF FOUND THEN
    PERFORM pg_notify('reseal_webhook', '');
  END IF;
  RETURN NULL;
END $$;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
