-- Up Migration

-- NOTIFY takes one lock of the whole cluster of databases, and holds it until the commit is on disk and on a synchronous
-- standby. New events are therefore announced after the commit, by a transaction that waits for neither. Processes of the
-- release before announce nothing from now on: the relay and the dispatcher look for their events every second, and event
-- streams at each heartbeat.
DROP TRIGGER event_announced ON event;
DROP FUNCTION announce_event();

CREATE OR REPLACE FUNCTION queue_webhooks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO webhook_delivery (endpoint_id, stream, sequence, next_attempt_at)
    SELECT endpoint_id, NEW.stream, NEW.sequence, NEW.occurred_at FROM webhook_endpoint
    WHERE disabled_at IS NULL AND (types = '{}' OR NEW.type = ANY (types));
  RETURN NULL;
END $$;

-- Announces committed events of these streams, and their deliveries to webhooks. Mostly no endpoint wants an event.
CREATE FUNCTION announce_events(streams text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_notify('reseal_event', stream) FROM unnest(streams) AS stream;
  IF EXISTS (
    SELECT FROM webhook_endpoint JOIN webhook_delivery USING (endpoint_id)
    WHERE stream = ANY (streams) AND state = 'PENDING'
  ) THEN
    PERFORM pg_notify('reseal_webhook', '');
  END IF;
END $$;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
