import { sql } from 'kysely';
import type { Tx } from '../database.js';

/** The open reissues of a customer, whether or not the identity is verified. */
export async function openReissueIdsOf(tx: Tx, customerId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('reissue')
    .select('reissue_id')
    .where('customer_id', '=', customerId)
    .where('ended_at', 'is', null)
    .orderBy('reissue_id')
    .execute();
  return rows.map(({ reissue_id }) => reissue_id);
}

/** Deletes photos of a customer's documents, also those not verified yet. @returns the number deleted */
export async function deletePhotosOf(tx: Tx, customerId: string): Promise<number> {
  const result = await tx
    .deleteFrom('identity_photo')
    .where(({ or, eb, selectFrom }) =>
      or([
        eb('customer_id', '=', customerId),
        eb(
          'reissue_id',
          'in',
          selectFrom('reissue').select('reissue.reissue_id').where('reissue.customer_id', '=', customerId),
        ),
      ]),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/**
 * Erases the keyed digests of a customer's resident registration number that reissues by number hold, because the key's
 * owner could find the number by trying all numbers. The counters with these digests are deleted too.
 */
export async function eraseApplicantKeys(tx: Tx, customerId: string): Promise<void> {
  await sql`
    with named as (
      select reissue_id, person_key from reissue where customer_id = ${customerId} and applicant_by <> 'MOBILE'
    ), counted as (
      delete from identity_day using named
      where split_part(identity_day.person_key, '/', 1) = named.person_key -- the part after it is the address
    )
    update reissue set person_key = encode(sha256(convert_to('erased/' || named.reissue_id, 'UTF8')), 'hex')
    from named where reissue.reissue_id = named.reissue_id
  `.execute(tx);
}
