-- Up Migration

-- A secret is derived from a key that the database does not have, and from this: an endpoint that is removed and made
-- again under the same id has another secret. Endpoints from before have none and keep their secrets.
ALTER TABLE webhook_endpoint ADD COLUMN secret_salt bytea;

-- A temporary table of the session hides one of the same name unless pg_temp is named last.
ALTER FUNCTION queue_webhooks() SET search_path = public, pg_temp;

-- No role of ours makes temporary tables.
DO $$ BEGIN
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;

-- Reissues whose access tokens were given back before they expired.
CREATE TABLE access_revocation (
  reissue_id text PRIMARY KEY,                   -- may be written before the reissue
  revoked_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL                -- every token of the reissue has expired by then
);
CREATE INDEX access_revocation_by_end ON access_revocation (expires_at);

GRANT SELECT, INSERT ON access_revocation TO reseal_gateway;
GRANT SELECT (expires_at), DELETE ON access_revocation TO reseal_worker;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
