-- Up Migration

-- Events of the bank about its customers that were handled: an event that comes again is found here and changes nothing. A row
-- is written in the transaction of the effect.
CREATE TABLE received_event (
  source       text NOT NULL,                    -- CloudEvents: an id is unique within its source
  id           text NOT NULL,
  type         text NOT NULL,
  customer_ref text REFERENCES customer (customer_ref), -- null if the registry does not know the customer
  occurred_at  timestamptz NOT NULL,
  handled_at   timestamptz NOT NULL,
  outcome      text NOT NULL CHECK (outcome IN ('DONE', 'OUTDATED', 'UNKNOWN_CUSTOMER')),
  reissue_ids  text[] NOT NULL DEFAULT '{}',     -- the reissues that it ended
  PRIMARY KEY (source, id)
);
CREATE INDEX received_event_handled ON received_event (handled_at);

-- What is known about a customer from the bank's events, and the last event about it. An event that is older changes nothing,
-- also when the row above is gone.
CREATE TABLE customer_fact (
  customer_ref  text NOT NULL REFERENCES customer (customer_ref),
  kind          text NOT NULL CHECK (kind IN ('CONTACT_CHANGED', 'NAME_CHANGED', 'ACCOUNT_CLOSED', 'DECEASED',
    'FRAUD_SUSPECTED', 'DEVICE_REGISTERED', 'DEVICE_REMOVED')),
  since         timestamptz,                     -- null while the fact does not hold
  event_source  text NOT NULL,
  event_id      text NOT NULL,
  event_time    timestamptz NOT NULL,
  held_at       timestamptz[] NOT NULL DEFAULT '{}', -- when the fact put certificates on hold
  former_mobile text,                            -- of CONTACT_CHANGED: the contact on file at that time, for 90 days
  former_email  text,
  PRIMARY KEY (customer_ref, kind)
);
CREATE INDEX customer_fact_former_contact ON customer_fact (since)
  WHERE former_mobile IS NOT NULL OR former_email IS NOT NULL;

INSERT INTO audit_writer (role, action, actor) VALUES ('reseal_worker', 'receiveCustomerEvent', 'system');

GRANT SELECT, INSERT, DELETE ON received_event TO reseal_worker;
GRANT SELECT, INSERT, UPDATE ON customer_fact TO reseal_worker;
-- To erase a customer.
GRANT SELECT (customer_ref), UPDATE (former_mobile, former_email) ON customer_fact TO reseal_customers;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
