-- Up Migration

-- Uses several rate limits, all of them or none, in one statement. #libs/rate-limit explains the times.
--
-- All keys stay locked until the transaction ends. They are locked in the order of their names, so that two transactions
-- cannot deadlock.
--
-- keys:   each once
-- by_ms:  by how much the theoretical arrival time of each key moves, in milliseconds
-- latest: the latest time from which it may move
-- maxima: the latest time that is possible now; a clock that was ahead may have set a later one
-- Returns NULL if the uses are counted, otherwise after how many milliseconds they are allowed.
CREATE FUNCTION use_rate_limits(keys text[], by_ms float8[], latest timestamptz[], maxima timestamptz[], at timestamptz)
  RETURNS float8 LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  taken text[];
  wait_ms float8;
BEGIN
  WITH uses AS (
    SELECT * FROM unnest(keys, by_ms, latest) AS each (key, move_ms, limit_at)
  ), moved AS (
    INSERT INTO rate_limit AS known (key, tat)
    SELECT key, at + move_ms * interval '1 millisecond' FROM uses ORDER BY key
    ON CONFLICT (key) DO UPDATE SET tat = greatest(known.tat, at) + (excluded.tat - at)
      WHERE known.tat <= (SELECT limit_at FROM uses WHERE uses.key = excluded.key)
    RETURNING key
  )
  SELECT coalesce(array_agg(key), '{}') INTO taken FROM moved;
  IF cardinality(taken) = cardinality(keys) THEN
    RETURN NULL;
  END IF;

  UPDATE rate_limit SET tat = tat - move_ms * interval '1 millisecond'
  FROM unnest(keys, by_ms) AS used (key, move_ms)
  WHERE rate_limit.key = used.key AND used.key = ANY (taken);

  -- Without this callers would wait until a time that a clock which was ahead has set.
  UPDATE rate_limit SET tat = maximum
  FROM unnest(keys, maxima) AS full_at (key, maximum)
  WHERE rate_limit.key = full_at.key AND tat > maximum AND full_at.key <> ALL (taken);

  SELECT max(extract(epoch FROM tat - limit_at) * 1000) INTO wait_ms
  FROM unnest(keys, latest) AS refused (key, limit_at) JOIN rate_limit USING (key)
  WHERE key <> ALL (taken);
  RETURN greatest(1, wait_ms);
END $$;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
