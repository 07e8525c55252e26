import type { Database } from '#libs/db';
import { sql } from 'kysely';
import { day } from './movable-clock.js';
import { endOfDay } from './expiring-certificates.js';

/** Rows of one statement, which has a time limit. */
const chunk = 10_000;

/**
 * Inserts holders with a certificate on file each: `due` whose certificates expire in 8 to 30 days, and `others` whose
 * certificates expire in 31 to 365 days.
 */
export async function insertCertificates(
  owner: Database,
  { due, others, now }: { readonly due: number; readonly others: number; readonly now: Date },
): Promise<void> {
  const registered = new Date(now.getTime() - 300 * day);
  const today = endOfDay(now, 0);
  for (let first = 1; first <= due + others; first += chunk) {
    const numbers = sql`generate_series(${first}::int, ${Math.min(first + chunk - 1, due + others)}::int) AS n`;
    await sql`
      INSERT INTO customer (customer_id, customer_ref, ci, name, mobile, email, bank_code, account_number, created_at)
      SELECT md5('holder' || n)::uuid, md5('ref' || n), md5('ci' || n), '홍가상', '0100' || lpad(n::text, 7, '0'),
        'holder' || n || '@people.example.com', '999', '110000000000', ${registered}::timestamptz
      FROM ${numbers}`.execute(owner);
    await sql`
      INSERT INTO certificate (serial, customer_id, enrolment_id, issuer, profile, profile_digest, policy, basis, state,
        subject, spki_sha256, tbs_digest, crl_shard, not_before, not_after, der, on_file, created_at, stored_at, registered_at)
      SELECT '10' || md5('serial' || n), md5('holder' || n)::uuid, 'bench/' || n, 'CN=Fictional Issuing CA', 'spec', 'spec',
        '1.2.410.200005.1.1.4', 'NEW', 'STORED', 'CN=Fictional Person', md5('key' || n), md5('tbs' || n), 0,
        ${registered}::timestamptz,
        ${today}::timestamptz + (CASE WHEN n <= ${due}::int THEN 8 + n % 23 ELSE 31 + n % 335 END) * interval '1 day',
        '\\x3000', true, ${registered}::timestamptz, ${registered}::timestamptz, ${registered}::timestamptz
      FROM ${numbers}`.execute(owner);
  }
  await sql`ANALYZE customer, certificate`.execute(owner);
}
