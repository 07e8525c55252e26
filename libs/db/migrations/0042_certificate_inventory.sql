-- Up Migration

-- The operators' inventory: certificates that the CA issued by day, and revoked ones, newest first.
CREATE INDEX certificate_by_issue ON certificate (stored_at) WHERE stored_at IS NOT NULL AND profile <> 'external';
CREATE INDEX certificate_by_revocation ON certificate (revoked_at, serial) WHERE revoked_at IS NOT NULL;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
