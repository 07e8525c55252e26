import { createPool } from '#libs/db';
import type { Carrier } from '#libs/domain';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import { Kysely, PostgresDialect } from 'kysely';

/** The sandbox's tables, in its own database. */
export interface SandboxTables {
  person: PersonTable;
  code_transaction: CodeTransactionTable;
  code_verification: CodeVerificationTable;
  document_check: DocumentCheckTable;
  message: MessageTable;
  fault: FaultTable;
}

export interface PersonTable {
  person_id: string;
  number: number;
  state: 'PENDING' | 'ENROLLED';
  name: string;
  mobile: string;
  /** Carrier of the mobile number. */
  carrier: Carrier;
  email: string;
  rrn: string;
  birth_date: string;
  document: JSONColumnType<SampleDocument>;
  bank_code: string;
  account_number: string;
  certificate_password: string;
  ci: string;
  private_key: string | null;
  /** R of the old certificate's VID, hexadecimal; only with a private key. */
  random: string | null;
  /** Whether the bank has the resident registration number on file. */
  rrn_on_file: boolean;
  not_before: Date | null;
  not_after: Date | null;
  certificate: string | null;
  /** When the SIM of the number was last changed; null: when the number was assigned, long ago. */
  sim_changed_at: Date | null;
  created_at: ColumnType<Date, Date, never>;
}

/** The data of a sample person's identity document. */
export type SampleDocument =
  { type: 'RESIDENT_CARD'; issuedOn: string } | { type: 'DRIVING_LICENCE'; number: string; issuedOn: string };

interface CodeTransactionTable {
  provider: string;
  transaction_id: string;
  addressee: string;
  person_id: string | null;
  status: string;
  code: string;
  wrong_tries: Generated<number>;
  matched_at: Date | null;
  sent_at: Date;
  expires_at: Date;
}

interface CodeVerificationTable {
  provider: string;
  attempt_id: string;
  transaction_id: string;
  status: 'MATCHED' | 'MISMATCHED' | 'EXPIRED';
  answered_at: Date;
}

interface DocumentCheckTable {
  attempt_id: string;
  request_digest: string;
  person_id: string | null;
  /** The fault of the document; null if it is genuine. */
  finding: string | null;
  answered_at: Date;
}

interface MessageTable {
  message_id: string;
  channel: 'SMS' | 'MAIL';
  recipient: string;
  sender: string;
  subject: string | null;
  body: string;
  received_at: Date;
}

interface FaultTable {
  provider: string;
  mode: string;
  ms: number;
}

/** The sandbox's database; the class is its injection token. */
export class SandboxDatabase extends Kysely<SandboxTables> {}

// Safe at every start and in two copies at once: a lock serialises them.
const schemaSql = `
  select pg_advisory_xact_lock(hashtext('reseal-sandbox-schema'));

  create sequence if not exists person_number as integer;

  create table if not exists person (
    person_id uuid primary key,
    number integer not null unique,
    state text not null check (state in ('PENDING', 'ENROLLED')),
    name text not null,
    mobile text not null unique,
    carrier text not null,
    email text not null unique,
    rrn text not null unique,
    birth_date text not null,
    document jsonb not null,
    bank_code text not null,
    account_number text not null unique,
    certificate_password text not null,
    ci text not null unique,
    private_key text,
    random text,
    rrn_on_file boolean not null default true,
    not_before timestamptz,
    not_after timestamptz,
    certificate text,
    created_at timestamptz not null
  );
  -- Who was made before there were VIDs is enrolled once more, so that the bank gets their number.
  do $$ begin
    if not exists (select from information_schema.columns where table_schema = current_schema()
        and table_name = 'person' and column_name = 'rrn_on_file') then
      alter table person add column random text, add column rrn_on_file boolean not null default true;
      update person set state = 'PENDING';
    end if;
  end $$;
  -- People who were made before there were carriers.
  alter table person add column if not exists carrier text not null default 'SKT';
  alter table person add column if not exists sim_changed_at timestamptz;
  create index if not exists person_pending on person (number) where state = 'PENDING';

  create table if not exists code_transaction (
    provider text not null,
    transaction_id text not null,
    addressee text not null,
    person_id uuid references person,
    status text not null,
    code text not null,
    wrong_tries integer not null default 0,
    matched_at timestamptz,
    sent_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (provider, transaction_id)
  );
  create index if not exists code_transaction_person on code_transaction (person_id, sent_at);

  create table if not exists code_verification (
    provider text not null,
    attempt_id text not null,
    transaction_id text not null,
    status text not null check (status in ('MATCHED', 'MISMATCHED', 'EXPIRED')),
    answered_at timestamptz not null,
    primary key (provider, attempt_id),
    foreign key (provider, transaction_id) references code_transaction
  );

  create table if not exists document_check (
    attempt_id text primary key,
    request_digest text not null,
    person_id uuid references person,
    finding text,
    answered_at timestamptz not null
  );

  create table if not exists message (
    message_id text primary key,
    channel text not null check (channel in ('SMS', 'MAIL')),
    recipient text not null,
    sender text not null,
    subject text,
    body text not null,
    received_at timestamptz not null
  );
  create index if not exists message_recipient on message (recipient, received_at);
  create index if not exists message_received on message (received_at);

  create table if not exists fault (
    provider text primary key,
    mode text not null,
    ms integer not null
  );
`;

/**
 * Opens the sandbox's database and creates missing tables.
 * @throws the driver's error if the database cannot be reached.
 */
export async function openSandboxDatabase(url: string, poolSize: number): Promise<SandboxDatabase> {
  const pool = createPool({
    url,
    max: poolSize,
    applicationName: 'reseal-sandbox',
    // The first connection is made while the process still loads its code, which blocks it for seconds on a busy machine.
    connectionTimeoutMs: 30_000,
  });
  await pool.query(schemaSql);
  return new SandboxDatabase({ dialect: new PostgresDialect({ pool }) });
}
