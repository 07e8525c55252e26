-- Up Migration

-- The trace of the step that wrote the event (W3C Trace Context), which the Kafka message continues. Null while tracing is off.
ALTER TABLE event ADD COLUMN traceparent text;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
