-- Up Migration

-- When what says who the applicant was went by rule. Reissues that wait for it, the oldest first.
ALTER TABLE reissue ADD COLUMN purged_at timestamptz;
CREATE INDEX reissue_unpurged ON reissue (ended_at) WHERE ended_at IS NOT NULL AND purged_at IS NULL;
-- Which purge explains what is gone of a reissue.
CREATE INDEX authority_entry_purged ON authority_entry USING gin ((details -> 'reissueIds'))
  WHERE action = 'purge';

-- The law wants access to numbers on record for two years: no earlier may a role take its own trace back.
CREATE FUNCTION keep_rrn_access() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.occurred_at > clock_timestamp() - interval '2 years' THEN
    RAISE insufficient_privilege USING MESSAGE = 'records of access to numbers are kept for two years';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER rrn_access_kept BEFORE DELETE ON rrn_access FOR EACH ROW EXECUTE FUNCTION keep_rrn_access();

GRANT UPDATE (address, agent) ON consent TO reseal_worker;
GRANT SELECT, DELETE ON rrn_access TO reseal_worker;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
