-- Up Migration

-- The index of unpublished events keeps an entry of every event until a vacuum removes it, and each look for the oldest
-- unpublished one steps over those at its start. By default a vacuum comes when a fifth of the table has changed.
ALTER TABLE event SET (autovacuum_vacuum_scale_factor = 0.01, vacuum_index_cleanup = on);

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
