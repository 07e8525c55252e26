-- Up Migration

-- Two kinds of operation that a second person approves: the end of a cooling-off time is brought forward, and blocks of online
-- reissues are lifted. The targets of the latter are customers. An interrupted migration can run again, as in 0019.
ALTER TABLE operation
  DROP CONSTRAINT IF EXISTS operation_kind_check,
  ADD CONSTRAINT operation_kind_check
    CHECK (kind IN ('retry', 'abandon', 'withdraw', 'endCoolingOff', 'revoke', 'hold', 'release', 'unblock')) NOT VALID;

CREATE OR REPLACE FUNCTION has_operation_entries(operation operation, wanted text, who text) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM operation_item WHERE operation_id = operation.operation_id)
    AND NOT EXISTS (
      SELECT target FROM operation_item WHERE operation_id = operation.operation_id
      EXCEPT
      SELECT unnest(ARRAY[details ->> 'reissueId', details ->> 'serial', details ->> 'customerRef'])
      FROM authority_entry
      WHERE details ? 'operationId' AND details ->> 'operationId' = operation.operation_id
        AND details ->> 'digest' = operation.digest AND details ->> 'requestedBy' = operation.requested_by
        AND action = wanted AND outcome = 'DONE' AND actor = who AND recorded_by = 'reseal_ops');
$$;

COMMIT;
BEGIN;

ALTER TABLE operation VALIDATE CONSTRAINT operation_kind_check;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
