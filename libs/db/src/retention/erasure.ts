import { sql } from 'kysely';
import type { Tx } from '../database.js';

/** The reissues of a customer that are under way, whether or not identity is verified. */
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

/** Deletes photos of a customer's documents, also those that were not looked at yet. @returns how many */
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
 * Forgets the keyed digests that were made of a customer's resident registration number when they named themself by it:
 * whoever had the key could try out numbers. What was counted by them is forgotten too.
 */
export async function eraseApplicantKeys(tx: Tx, customerId: string): Promise<void> {
  await sql`
    with named as (
      select reissue_id, person_key from reissue where customer_id = ${customerId} and applicant_by <> 'MOBILE'
    ), counted as (
      delete from identity_day using named
      where split_part(identity_day.person_key, '/', 1) = named.person_key -- what follows tells from where
    )
    update reissue set person_key = encode(sha256(convert_to('erased/' || named.reissue_id, 'UTF8')), 'hex')
    from named where reissue.reissue_id = named.reissue_id
  `.execute(tx);
}
