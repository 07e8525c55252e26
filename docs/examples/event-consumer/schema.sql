-- Ids of events that were applied. Delete those that are older than the topics' retention: Kafka cannot deliver them again.
CREATE TABLE IF NOT EXISTS applied_event (
  id          text PRIMARY KEY,
  occurred_at timestamptz NOT NULL
);

-- What this consumer makes of the events: how many reissues ended on a day, and how.
CREATE TABLE IF NOT EXISTS reissues_per_day (
  day    date NOT NULL,
  state  text NOT NULL,
  number int  NOT NULL,
  PRIMARY KEY (day, state)
);
