-- Up Migration

-- The trace of the request that brought a call in: an error message shows it, and a caller reads it out.
ALTER TABLE received_call ADD COLUMN trace_id text;
CREATE INDEX received_call_by_trace ON received_call (trace_id) WHERE trace_id IS NOT NULL;
GRANT SELECT (reissue_id, trace_id, received_at) ON received_call TO reseal_ops;

-- An operator who works on a parked reissue. A claim is of one parking, and ends with it.
CREATE TABLE reissue_claim (
  reissue_id    text PRIMARY KEY REFERENCES reissue,
  park_sequence int NOT NULL,
  claimed_by    text NOT NULL,
  claimed_at    timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON reissue_claim TO reseal_ops;

-- The pseudonyms of the customers with this name and mobile number. Staff see no other column of a customer, and no one
-- can list customers by this. Spaces, upper and lower case, and forms of characters make no difference.
CREATE FUNCTION customer_refs_of(asked_name text, asked_mobile text) RETURNS SETOF text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT customer_ref FROM (
    SELECT customer_ref, name FROM customer WHERE mobile = asked_mobile AND erased_at IS NULL LIMIT 100
  ) AS of_mobile
  WHERE lower(regexp_replace(normalize(name, NFKC), '\s', '', 'g'))
    = lower(regexp_replace(normalize(asked_name, NFKC), '\s', '', 'g'))
  ORDER BY customer_ref
$$;
REVOKE ALL ON FUNCTION customer_refs_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION customer_refs_of TO reseal_ops;

INSERT INTO audit_writer (role, action, actor) VALUES
  ('reseal_ops', 'findCustomer', 'staff:'),
  ('reseal_ops', 'findReissue', 'staff:'),
  ('reseal_ops', 'readCertificate', 'staff:'),
  ('reseal_ops', 'claimReissue', 'staff:'),
  ('reseal_ops', 'releaseReissue', 'staff:'),
  ('reseal_ops', 'noteReissue', 'staff:');

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
