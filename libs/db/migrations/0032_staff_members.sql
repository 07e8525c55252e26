-- Up Migration

-- Names and roles of staff as their last sign-in stated them. The audit trail has only subjects; the review of access
-- rights needs to say who they are, and who could act and did not.
CREATE TABLE staff_member (
  subject       text PRIMARY KEY,
  name          text NOT NULL,
  roles         text[] NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at  timestamptz NOT NULL
);
CREATE INDEX staff_member_by_time ON staff_member (last_seen_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_member TO reseal_ops;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
