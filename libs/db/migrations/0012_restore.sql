-- Up Migration

-- Times at which this database turned out to be, or was declared, restored from an older backup than the rest of the
-- world. A row without `completed_at` holds every change back until `setup after-restore` has reconciled the database.
CREATE TABLE restore (
  restore_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  finding       text  NOT NULL,                  -- what showed it: a code
  details       jsonb NOT NULL,                  -- identifiers, never personal data
  found_by      text  NOT NULL,
  found_at      timestamptz NOT NULL,
  event_floor   int,                             -- events written since have sequence numbers above it
  crl_floor     bigint,                          -- CRLs made since have numbers above it
  completed_by  text,
  completed_at  timestamptz,
  CHECK ((completed_at IS NULL) = (completed_by IS NULL)),
  CHECK (completed_at IS NULL OR (event_floor IS NOT NULL AND crl_floor IS NOT NULL))
);
CREATE UNIQUE INDEX restore_one_pending ON restore ((true)) WHERE completed_at IS NULL;

-- What was published before a restore keeps its numbers for ever: streams go on above all that was.
CREATE FUNCTION event_floor() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
  RETURN (SELECT coalesce(max(event_floor), 0) FROM restore);
ALTER TABLE reissue ALTER COLUMN event_sequence SET DEFAULT event_floor();
ALTER TABLE certificate ALTER COLUMN event_sequence SET DEFAULT event_floor();

-- SQLSTATE RS001: nothing of a reissue, a certificate, a CRL or the audit log changes while a restore is not reconciled.
-- Only the command that reconciles it says that it is at work.
CREATE FUNCTION refuse_while_restoring() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM restore WHERE completed_at IS NULL)
    AND coalesce(current_setting('reseal.after_restore', true), '') <> 'on' THEN
    RAISE EXCEPTION 'the database was restored from a backup: run "setup after-restore"' USING ERRCODE = 'RS001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER restore_holds_back BEFORE INSERT OR UPDATE ON reissue
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_while_restoring();
CREATE TRIGGER restore_holds_back BEFORE INSERT OR UPDATE ON certificate
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_while_restoring();
CREATE TRIGGER restore_holds_back BEFORE INSERT ON event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_while_restoring();
CREATE TRIGGER restore_holds_back BEFORE INSERT ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_while_restoring();
CREATE TRIGGER restore_holds_back BEFORE INSERT ON audit_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_while_restoring();
CREATE TRIGGER restore_holds_back BEFORE INSERT ON crl
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_while_restoring();
CREATE TRIGGER restore_holds_back BEFORE INSERT OR UPDATE ON operation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_while_restoring();

GRANT SELECT ON restore TO reseal_gateway, reseal_ops, reseal_worker, reseal_signer, reseal_status;
GRANT INSERT (finding, details, found_by, found_at) ON restore TO reseal_worker, reseal_signer;

-- Found by a process, or declared and reconciled by an engineer with the owner's credentials.
INSERT INTO audit_writer (role, action, actor) VALUES
  ('reseal_worker', 'findRestore', 'worker'),
  ('reseal_signer', 'findRestore', 'signer'),
  ('reseal_owner', 'findRestore', 'operator:'),
  ('reseal_owner', 'reconcileRestore', 'operator:'),
  ('reseal_owner', 'recover', 'operator:'),
  ('reseal_owner', 'certificate.revoke', 'operator:'),
  ('reseal_owner', 'certificate.hold', 'operator:'),
  ('reseal_owner', 'certificate.release', 'operator:');

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
