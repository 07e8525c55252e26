-- Up Migration

-- Persons for whom no certificate is reissued online until the bank lifts the block. Each source blocks by itself: what one
-- of them lifts stays blocked by the others. The reissue of a blocked person is refused once the identity is verified.
CREATE TABLE reissue_block (
  block_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_ref text        NOT NULL,
  source       text        NOT NULL CHECK (source IN ('customer', 'operator', 'bank-event', 'stop-link')),
  reason       text        NOT NULL CHECK (reason IN ('REQUESTED_BY_CUSTOMER', 'FRAUD_SUSPECTED', 'REISSUE_STOPPED',
    'CUSTOMER_DECEASED', 'ACCOUNT_CLOSED', 'OTHER')),
  since        timestamptz NOT NULL,
  blocked_by   text        NOT NULL,
  lifted_at    timestamptz,
  lifted_by    text,
  CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE UNIQUE INDEX reissue_block_in_force ON reissue_block (customer_ref, source) WHERE lifted_at IS NULL;
CREATE INDEX reissue_block_lifted ON reissue_block (lifted_at) WHERE lifted_at IS NOT NULL;

-- The operators' app blocks at once. Only the worker lifts a block, by an operation that a second person approved.
GRANT SELECT, INSERT ON reissue_block TO reseal_ops;
GRANT SELECT, INSERT, UPDATE (lifted_at, lifted_by), DELETE ON reissue_block TO reseal_worker;

-- How long the customer has to wait before the certificate is signed, in milliseconds; null: not at all.
ALTER TABLE reissue ADD COLUMN required_wait_ms bigint CHECK (required_wait_ms > 0);

INSERT INTO audit_writer (role, action, actor) VALUES
  ('reseal_ops', 'blockReissues', 'staff:'),
  ('reseal_ops', 'readBlocks', 'staff:'),
  ('reseal_worker', 'blockReissues', 'system'),
  ('reseal_worker', 'blockReissues', 'customer'),
  ('reseal_worker', 'liftBlock', 'system'),
  ('reseal_worker', 'liftBlock', 'staff:');

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
