-- Up Migration

-- Which role of the database writes which action, and in whose name. The same list is `auditWriters` of libs/domain; an
-- action that is added there is added here by the migration of that release. An actor that ends with a colon stands for
-- every name behind it (`staff:` for all staff).
CREATE TABLE audit_writer (
  role   name NOT NULL,
  action text NOT NULL,
  actor  text NOT NULL,
  PRIMARY KEY (role, action, actor)
);

INSERT INTO audit_writer (role, action, actor)
  SELECT 'reseal_' || process, action, process
  FROM unnest(ARRAY['gateway', 'ops', 'worker', 'signer', 'status']) AS process,
    unnest(ARRAY['startProcess', 'useKey']) AS action;
INSERT INTO audit_writer (role, action, actor)
  SELECT 'reseal_worker', action, actor
  FROM unnest(ARRAY['open', 'start', 'requestChallenges', 'answerChallenges', 'answerChallenge', 'identity',
      'submitPassword', 'resetPassword', 'password', 'giveConsents', 'withdrawConsent', 'requestCertificate', 'apply',
      'useRrn', 'closeIntent', 'proveRegistration', 'revoke', 'hold', 'release', 'remind', 'park', 'retry', 'abandon',
      'withdraw', 'cancel', 'expire', 'supersede', 'archiveHistory']) AS action,
    unnest(ARRAY['customer', 'system', 'staff:']) AS actor;
INSERT INTO audit_writer (role, action, actor)
  SELECT 'reseal_worker', action, actor
  FROM unnest(ARRAY['runOperation', 'certificate.revoke', 'certificate.hold', 'certificate.release']) AS action,
    unnest(ARRAY['system', 'staff:']) AS actor;
INSERT INTO audit_writer (role, action, actor) VALUES
  ('reseal_worker', 'issue', 'signer'),
  ('reseal_worker', 'cancelOperation', 'system'),
  ('reseal_worker', 'purge', 'system'),
  ('reseal_worker', 'sequence', 'sequencer'),
  ('reseal_worker', 'disableWebhook', 'worker'),
  ('reseal_worker', 'checkVid', 'client:'),
  ('reseal_worker', 'rotateRegistry', 'operator:'),
  ('reseal_worker', 'eraseCustomer', 'operator:'),
  ('reseal_worker', 'exportEvidence', 'operator:'),
  ('reseal_signer', 'signCertificate', 'signer');
INSERT INTO audit_writer (role, action, actor)
  SELECT 'reseal_signer', action, 'operator:'
  FROM unnest(ARRAY['ca.init', 'ca.rotateIssuing', 'ca.rotateOcsp', 'ca.publishCrl', 'certificates.revoke',
    'certificates.hold', 'certificates.release', 'certificate.revoke', 'certificate.hold', 'certificate.release'])
    AS action;
INSERT INTO audit_writer (role, action, actor)
  SELECT 'reseal_ops', action, 'staff:'
  FROM unnest(ARRAY['readReissue', 'searchAudit', 'exportAudit', 'reviewAccess', 'exportEvidence', 'decodePayloads',
    'plan', 'change', 'confirm', 'approve', 'reject', 'cancelOperation', 'createWebhook', 'changeWebhook',
    'rotateWebhookSecret', 'deleteWebhook', 'testWebhook', 'replayWebhook']) AS action;

-- Who inserted an entry, and when: the database says it, not the process. Empty in entries from before.
ALTER TABLE audit_entry
  ADD COLUMN recorded_by text,
  ADD COLUMN recorded_at timestamptz;
ALTER TABLE authority_entry
  ADD COLUMN recorded_by text,
  ADD COLUMN recorded_at timestamptz;

-- `session_user` is the role that signed in: a function's owner or SET ROLE does not change it. Both times are cut to the
-- milliseconds that a leaf of the log has. What the public faces and the operators' app record has happened now: a time
-- of their own choice, beyond what clocks differ by, is refused.
CREATE FUNCTION stamp_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
DECLARE
  now_ timestamptz := date_trunc('milliseconds', clock_timestamp());
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit_writer WHERE role = session_user AND action = NEW.action
      AND CASE WHEN right(actor, 1) = ':' THEN starts_with(NEW.actor, actor) AND NEW.actor <> actor
        ELSE actor = NEW.actor END
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('%s may not write an audit entry %L in the name of %L', session_user, NEW.action, NEW.actor);
  END IF;
  IF session_user IN ('reseal_gateway', 'reseal_ops', 'reseal_status')
    AND NEW.occurred_at NOT BETWEEN now_ - interval '10 minutes' AND now_ + interval '10 minutes' THEN
    RAISE check_violation USING
      MESSAGE = format('%s may not date an audit entry %s', session_user, NEW.occurred_at);
  END IF;
  NEW.recorded_by := session_user;
  NEW.recorded_at := now_;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_stamped BEFORE INSERT ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION stamp_audit_entry();
CREATE TRIGGER authority_entry_stamped BEFORE INSERT ON authority_entry
  FOR EACH ROW EXECUTE FUNCTION stamp_audit_entry();

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
