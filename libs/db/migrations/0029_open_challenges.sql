-- Up Migration

-- The gateway shows the open challenges of a reissue, with the tries that are left. Of the progress of a method it reads
-- the tries only, never the CI that a provider has found.
ALTER TABLE challenge ADD COLUMN attempts int;  -- tries that its method has in one reissue; NULL in earlier releases
GRANT SELECT (reissue_id, method, tries) ON identity_method TO reseal_gateway;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
