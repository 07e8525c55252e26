-- Up Migration

-- The keys by which the bank's OpenID Connect issuer signs, as the worker fetched them from the issuer itself, with what
-- tokens of that issuer have to say. They stay: what was signed by one is verified for as long as evidence is kept.
CREATE TABLE staff_key (
  kid         text PRIMARY KEY,
  issuer      text NOT NULL,
  audience    text NOT NULL,                     -- the console's client id there
  roles_claim text NOT NULL,
  jwk         jsonb NOT NULL,
  learned_at  timestamptz NOT NULL
);

-- What a person signed in with to confirm or approve exactly one plan: an ID token whose nonce names the act and the
-- plan's digest. Worker and signer verify it again before they act. It opens nothing.
CREATE TABLE operation_proof (
  operation_id text NOT NULL REFERENCES operation,
  digest       text NOT NULL,
  act          text NOT NULL CHECK (act IN ('confirm', 'approve')),
  actor        text NOT NULL,
  token        text NOT NULL,
  recorded_at  timestamptz NOT NULL,
  PRIMARY KEY (operation_id, digest, act, actor)
);

GRANT SELECT ON staff_key, operation_proof TO reseal_worker, reseal_signer, reseal_ops;
GRANT INSERT ON staff_key TO reseal_worker;
GRANT INSERT ON operation_proof TO reseal_ops;

-- How an operation comes from one state to the next. The operators' app moves it past PLANNED only with what the worker
-- and the signer will ask for: the proof of the person, and an entry of the audit trail for each item. Worker and signer
-- carry out and end what runs; they begin nothing.
CREATE FUNCTION has_operation_entries(operation operation, wanted text, who text) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM operation_item WHERE operation_id = operation.operation_id)
    AND NOT EXISTS (
      SELECT target FROM operation_item WHERE operation_id = operation.operation_id
      EXCEPT
      SELECT unnest(ARRAY[details ->> 'reissueId', details ->> 'serial']) FROM authority_entry
      WHERE details ? 'operationId' AND details ->> 'operationId' = operation.operation_id
        AND details ->> 'digest' = operation.digest AND details ->> 'requestedBy' = operation.requested_by
        AND action = wanted AND outcome = 'DONE' AND actor = who AND recorded_by = 'reseal_ops');
$$;
CREATE INDEX authority_entry_by_operation ON authority_entry ((details ->> 'operationId'))
  WHERE details ? 'operationId';

CREATE FUNCTION guard_operation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
DECLARE
  approver text;
BEGIN
  IF session_user IN ('reseal_worker', 'reseal_signer') THEN
    IF (OLD.state = NEW.state OR OLD.state = 'RUNNING' AND NEW.state IN ('DONE', 'REJECTED', 'EXPIRED')
        OR OLD.state IN ('PLANNED', 'AWAITING_APPROVAL') AND NEW.state = 'EXPIRED') IS NOT TRUE THEN
      RAISE insufficient_privilege USING MESSAGE = format('%s may not bring an operation from %s to %s', session_user,
        OLD.state, NEW.state);
    END IF;
    RETURN NEW;
  END IF;
  IF session_user <> 'reseal_ops' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'PLANNED' AND NEW.confirmed_at IS NULL AND NEW.started_at IS NULL AND NEW.ended_at IS NULL THEN
      RETURN NEW;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'an operation begins as a plan';
  END IF;
  IF NEW.state = 'PLANNED' AND OLD.state IN ('PLANNED', 'AWAITING_APPROVAL') THEN
    RETURN NEW;
  END IF;
  IF (NEW.digest, NEW.items, NEW.reason, NEW.parameters, NEW.selection)
    IS DISTINCT FROM (OLD.digest, OLD.items, OLD.reason, OLD.parameters, OLD.selection) THEN
    RAISE insufficient_privilege USING MESSAGE = 'an operation that is changed is planned again';
  END IF;
  IF NEW.state = OLD.state
    OR NEW.state = 'CANCELLED' AND OLD.state IN ('PLANNED', 'AWAITING_APPROVAL', 'RUNNING')
    OR NEW.state = 'REJECTED' AND OLD.state = 'AWAITING_APPROVAL' THEN
    RETURN NEW;
  END IF;
  IF OLD.state = 'PLANNED' AND NEW.state IN ('AWAITING_APPROVAL', 'RUNNING') THEN
    IF (NEW.state = 'RUNNING') <> (NEW.kind IN ('retry', 'abandon')) THEN
      RAISE insufficient_privilege USING MESSAGE = format('%s waits for a second person', NEW.kind);
    END IF;
    PERFORM FROM operation_proof WHERE operation_id = NEW.operation_id AND digest = NEW.digest AND act = 'confirm'
      AND actor = NEW.requested_by;
    IF FOUND AND has_operation_entries(NEW, 'confirm', NEW.requested_by) THEN
      RETURN NEW;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'an operation is confirmed by the proof of who asked for it';
  END IF;
  IF OLD.state = 'AWAITING_APPROVAL' AND NEW.state = 'RUNNING' THEN
    SELECT decided_by INTO approver FROM operation_approval JOIN operation_proof USING (operation_id, digest)
    WHERE operation_id = NEW.operation_id AND digest = NEW.digest AND decision = 'APPROVED' AND act = 'approve'
      AND actor = decided_by AND decided_by <> NEW.requested_by;
    IF FOUND AND has_operation_entries(NEW, 'approve', approver) THEN
      RETURN NEW;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'an operation is approved by the proof of a second person';
  END IF;
  RAISE insufficient_privilege USING MESSAGE = format('an operation does not come from %s to %s', OLD.state, NEW.state);
END $$;
CREATE TRIGGER operation_guarded BEFORE INSERT OR UPDATE ON operation
  FOR EACH ROW EXECUTE FUNCTION guard_operation();

-- Items are those of a plan, an approval is of what waits for one.
CREATE FUNCTION guard_operation_part() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
DECLARE
  part record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  wanted text := TG_ARGV[0];
  found_state text;
BEGIN
  IF session_user = 'reseal_ops' THEN
    SELECT state INTO found_state FROM operation WHERE operation_id = part.operation_id;
    IF found_state IS DISTINCT FROM wanted
      AND NOT (TG_OP = 'DELETE' AND found_state = 'AWAITING_APPROVAL') THEN -- it is being planned again
      RAISE insufficient_privilege USING
        MESSAGE = format('%s of an operation that is %s may not be changed', TG_TABLE_NAME, found_state);
    END IF;
  END IF;
  RETURN part;
END $$;
CREATE TRIGGER operation_item_guarded BEFORE INSERT OR DELETE ON operation_item
  FOR EACH ROW EXECUTE FUNCTION guard_operation_part('PLANNED');
CREATE TRIGGER operation_approval_guarded BEFORE INSERT ON operation_approval
  FOR EACH ROW EXECUTE FUNCTION guard_operation_part('AWAITING_APPROVAL');

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
