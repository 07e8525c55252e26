-- Up Migration

-- The operators' figures read ended reissues by the index of those that are not purged.
GRANT SELECT (purged_at) ON reissue TO reseal_ops;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
