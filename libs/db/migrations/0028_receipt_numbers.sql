-- Up Migration

-- A new receipt number such as K7M-2QX-9TR: eight random symbols and a check character by ISO/IEC 7064 MOD 37-2. I, L, O
-- and U are left out, because people mistake them for 1, 0 and V. `libs/domain/src/receipt-number.ts` reads it.
CREATE FUNCTION new_receipt_number() RETURNS text LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
  -- The symbols of the standard by their values; the last one is `*` and has no place here.
  symbols CONSTANT text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  allowed CONSTANT text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  bytes bytea;
  place int;
  symbol text;
  total int;
  number text;
BEGIN
  LOOP
    -- A random UUID has its version in byte 6 and its variant in byte 8. The other bytes are random.
    bytes := uuid_send(gen_random_uuid());
    number := '';
    total := 0;
    FOREACH place IN ARRAY ARRAY[0, 1, 2, 3, 4, 5, 10, 11] LOOP
      symbol := substr(allowed, get_byte(bytes, place) % 32 + 1, 1);
      number := number || symbol;
      total := (total + strpos(symbols, symbol) - 1) * 2 % 37;
    END LOOP;
    symbol := substr(symbols, (38 - total) % 37 + 1, 1);
    CONTINUE WHEN symbol = '' OR strpos(allowed, symbol) = 0;
    number := format('%s-%s-%s%s', left(number, 3), substr(number, 4, 3), right(number, 2), symbol);
    EXIT WHEN NOT EXISTS (SELECT FROM reissue WHERE receipt_number = number);
  END LOOP;
  RETURN number;
END $$;

-- The database makes the number, so that processes of the release before store one too.
ALTER TABLE reissue ADD COLUMN receipt_number text UNIQUE;
ALTER TABLE reissue ALTER COLUMN receipt_number SET DEFAULT new_receipt_number();

-- One by one, because a number must differ from those that the same statement makes. A restore holds back all others.
DO $$
DECLARE
  id text;
BEGIN
  PERFORM set_config('reseal.after_restore', 'on', true);
  FOR id IN SELECT reissue_id FROM reissue LOOP
    UPDATE reissue SET receipt_number = DEFAULT WHERE reissue_id = id;
  END LOOP;
  PERFORM set_config('reseal.after_restore', '', true);
END $$;
ALTER TABLE reissue ALTER COLUMN receipt_number SET NOT NULL;
GRANT SELECT (receipt_number) ON reissue TO reseal_ops;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
