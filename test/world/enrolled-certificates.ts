import { randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '#libs/db';
import type { NewCertificate } from '#libs/db/certificates';

/** When these certificates were registered, and when they expire. */
export const enrolledAt = new Date('2026-01-05T01:02:03Z');
export const enrolledUntil = new Date('2028-12-31T14:59:59Z');

/**
 * Inserts people with a registered certificate each. No CA is involved, so that many are made quickly.
 *
 * @returns the serials
 */
export async function enrolCertificates(
  owner: Database,
  count: number,
  changes: Partial<NewCertificate> = {},
): Promise<string[]> {
  const people = Array.from({ length: count }, () => randomUUID());
  const certificates = people.map((customer_id): NewCertificate => ({
    serial: `10${randomBytes(17).toString('hex')}`,
    customer_id,
    enrolment_id: randomUUID(),
    issuer: 'CN=Fictional Issuing CA',
    profile: 'spec',
    profile_digest: 'spec',
    policy: '1.2.410.200005.1.1.4',
    basis: 'NEW',
    state: 'STORED',
    subject: 'CN=Fictional Person',
    spki_sha256: randomBytes(32).toString('hex'),
    tbs_digest: randomBytes(32).toString('hex'),
    crl_shard: 0,
    not_before: enrolledAt,
    not_after: enrolledUntil,
    der: Buffer.from('3000', 'hex'),
    on_file: true,
    created_at: enrolledAt,
    stored_at: enrolledAt,
    registered_at: enrolledAt,
    ...changes,
  }));
  // A statement takes 65,535 parameters.
  for (let start = 0; start < count; start += 1_000) {
    const part = { people: people.slice(start, start + 1_000), end: start + 1_000 };
    await owner
      .insertInto('customer')
      .values(
        part.people.map((customer_id) => ({
          customer_id,
          customer_ref: `cr_${customer_id}`,
          ci: customer_id,
          name: '홍가상',
          mobile: '01000000000',
          email: null,
          bank_code: '999',
          account_number: '110000000000',
          created_at: enrolledAt,
        })),
      )
      .execute();
    await owner.insertInto('certificate').values(certificates.slice(start, part.end)).execute();
  }
  return certificates.map(({ serial }) => serial);
}
