-- Up Migration

-- The bank that keeps the account to which a challenge transfers one won: its code. NULL: the applicant is not told.
ALTER TABLE challenge ADD COLUMN account_bank text;

-- Down Migration
-- Forward only: a released migration is never undone, a new one mends it.
