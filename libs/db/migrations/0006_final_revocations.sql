-- Up Migration

-- What a certificate is never changes once it is written down, and its revocation never once it is made: for every role
-- but the owner of the table, whoever asks and by whatever statement. A hold may still be lifted while it is not revoked.
CREATE FUNCTION keep_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_mend boolean := pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE');
BEGIN
  IF may_mend THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE check_violation USING MESSAGE = format('certificate %s is kept for good', OLD.serial);
  END IF;
  IF (NEW.serial, NEW.customer_id, NEW.issuer, NEW.profile, NEW.profile_digest, NEW.policy, NEW.basis, NEW.subject,
      NEW.spki_sha256, NEW.tbs_digest, NEW.crl_shard, NEW.not_before, NEW.not_after, NEW.created_at)
    IS DISTINCT FROM
     (OLD.serial, OLD.customer_id, OLD.issuer, OLD.profile, OLD.profile_digest, OLD.policy, OLD.basis, OLD.subject,
      OLD.spki_sha256, OLD.tbs_digest, OLD.crl_shard, OLD.not_before, OLD.not_after, OLD.created_at)
    OR NEW.reissue_id IS DISTINCT FROM OLD.reissue_id OR NEW.enrolment_id IS DISTINCT FROM OLD.enrolment_id THEN
    RAISE check_violation USING MESSAGE = format('certificate %s stays what was signed', OLD.serial);
  END IF;
  IF OLD.state <> 'INTENT' AND (NEW.state <> OLD.state OR NEW.der IS DISTINCT FROM OLD.der
      OR NEW.stored_at IS DISTINCT FROM OLD.stored_at) THEN
    RAISE check_violation USING MESSAGE = format('certificate %s stays as it was stored', OLD.serial);
  END IF;
  IF OLD.registered_at IS NOT NULL AND NEW.registered_at IS DISTINCT FROM OLD.registered_at THEN
    RAISE check_violation USING MESSAGE = format('certificate %s was registered once', OLD.serial);
  END IF;
  IF OLD.revoked_at IS NOT NULL AND (NEW.revoked_at IS DISTINCT FROM OLD.revoked_at
      OR NEW.revocation_reason IS DISTINCT FROM OLD.revocation_reason
      OR NEW.invalidity_date IS DISTINCT FROM OLD.invalidity_date OR NEW.hold_at IS DISTINCT FROM OLD.hold_at) THEN
    RAISE check_violation USING MESSAGE = format('the revocation of certificate %s is final', OLD.serial);
  END IF;
  RETURN NEW;
END $$;
-- Before `certificate_status`, which notes a change of status: triggers run in the order of their names.
CREATE TRIGGER certificate_kept BEFORE UPDATE OR DELETE ON certificate
  FOR EACH ROW EXECUTE FUNCTION keep_certificate();

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
