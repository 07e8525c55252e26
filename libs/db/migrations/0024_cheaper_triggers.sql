-- Up Migration

-- The triggers keep their promises. What they look up is looked up once for each statement, or only for a refusal.

-- `session_user` is the role that signed in: a function's owner or SET ROLE does not change it. The time is cut to the
-- milliseconds that a leaf of the log has.
CREATE OR REPLACE FUNCTION stamp_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.recorded_by := session_user;
  NEW.recorded_at := pg_catalog.date_trunc('milliseconds', pg_catalog.clock_timestamp());
  RETURN NEW;
END $$;

-- Refuses entries that this role may not write. What the public faces and the operators' app record has happened now: a
-- time of their own choice, beyond what clocks differ by, is refused.
CREATE FUNCTION check_audit_writer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
DECLARE
  refused record;
BEGIN
  SELECT action, actor INTO refused FROM added WHERE NOT EXISTS (
    SELECT FROM audit_writer AS writer WHERE writer.role = session_user AND writer.action = added.action
      AND CASE WHEN right(writer.actor, 1) = ':'
        THEN starts_with(added.actor, writer.actor) AND added.actor <> writer.actor
        ELSE writer.actor = added.actor END
  );
  IF FOUND THEN
    RAISE insufficient_privilege USING MESSAGE =
      format('%s may not write an audit entry %L in the name of %L', session_user, refused.action, refused.actor);
  END IF;
  IF session_user IN ('reseal_gateway', 'reseal_ops', 'reseal_status') THEN
    SELECT occurred_at INTO refused FROM added
      WHERE occurred_at NOT BETWEEN recorded_at - interval '10 minutes' AND recorded_at + interval '10 minutes';
    IF FOUND THEN
      RAISE check_violation USING MESSAGE =
        format('%s may not date an audit entry %s', session_user, refused.occurred_at);
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_entry_checked AFTER INSERT ON audit_entry
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_audit_writer();
CREATE TRIGGER authority_entry_checked AFTER INSERT ON authority_entry
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_audit_writer();

-- The owner of the table may mend a certificate. Who the owner is, is asked only when something is to be refused.
CREATE OR REPLACE FUNCTION keep_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  refusal text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    refusal := 'certificate %s is kept for good';
  ELSIF (NEW.serial, NEW.customer_id, NEW.issuer, NEW.profile, NEW.profile_digest, NEW.policy, NEW.basis, NEW.subject,
      NEW.spki_sha256, NEW.tbs_digest, NEW.crl_shard, NEW.not_before, NEW.not_after, NEW.created_at)
    IS DISTINCT FROM
     (OLD.serial, OLD.customer_id, OLD.issuer, OLD.profile, OLD.profile_digest, OLD.policy, OLD.basis, OLD.subject,
      OLD.spki_sha256, OLD.tbs_digest, OLD.crl_shard, OLD.not_before, OLD.not_after, OLD.created_at)
    OR NEW.reissue_id IS DISTINCT FROM OLD.reissue_id OR NEW.enrolment_id IS DISTINCT FROM OLD.enrolment_id THEN
    refusal := 'certificate %s stays what was signed';
  ELSIF OLD.state <> 'INTENT' AND (NEW.state <> OLD.state OR NEW.der IS DISTINCT FROM OLD.der
      OR NEW.stored_at IS DISTINCT FROM OLD.stored_at) THEN
    refusal := 'certificate %s stays as it was stored';
  ELSIF OLD.registered_at IS NOT NULL AND NEW.registered_at IS DISTINCT FROM OLD.registered_at THEN
    refusal := 'certificate %s was registered once';
  ELSIF OLD.revoked_at IS NOT NULL AND (NEW.revoked_at IS DISTINCT FROM OLD.revoked_at
      OR NEW.revocation_reason IS DISTINCT FROM OLD.revocation_reason
      OR NEW.invalidity_date IS DISTINCT FROM OLD.invalidity_date OR NEW.hold_at IS DISTINCT FROM OLD.hold_at) THEN
    refusal := 'the revocation of certificate %s is final';
  END IF;
  IF refusal IS NOT NULL THEN
    IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
      RAISE check_violation USING MESSAGE = format(refusal, OLD.serial);
    END IF;
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- Room in each page for the new versions of its rows: the counters of a reissue change without new index entries.
ALTER TABLE reissue SET (fillfactor = 70);

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
