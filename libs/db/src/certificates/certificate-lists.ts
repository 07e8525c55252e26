import type { Database } from '../database.js';
import type { CertificateRow } from '../rows.js';

/** A certificate as staff see it: whose it is by the customer's reference, not by the name in its subject. */
export type ListedCertificate = Pick<CertificateRow, (typeof columns)[number]> & {
  readonly customer_ref: string | null;
};

const columns = [
  'serial',
  'reissue_id',
  'issuer',
  'profile',
  'policy',
  'basis',
  'state',
  'not_before',
  'not_after',
  'on_file',
  'created_at',
  'registered_at',
  'hold_at',
  'revoked_at',
  'revocation_reason',
  'invalidity_date',
  'crl_shard',
  'crl_pending',
] as const satisfies (keyof CertificateRow)[];

/** At most so many at once; a customer has a handful. */
const atMost = 200;

/** The certificates of these serials, or of the customer of this reference, newest first. */
export async function listCertificates(
  db: Database<'select certificate' | 'select customer'>,
  by: { readonly serials: readonly string[] } | { readonly customerRef: string },
): Promise<ListedCertificate[]> {
  return db
    .selectFrom('certificate')
    .leftJoin('customer', 'customer.customer_id', 'certificate.customer_id')
    .select(columns.map((column) => `certificate.${column}` as const))
    .select('customer.customer_ref')
    .$if('serials' in by, (query) =>
      query.where((is) => is('serial', '=', is.fn.any(is.val('serials' in by ? by.serials : [])))),
    )
    .$if('customerRef' in by, (query) =>
      query.where('customer.customer_ref', '=', 'customerRef' in by ? by.customerRef : ''),
    )
    .orderBy('certificate.created_at', 'desc')
    .orderBy('serial')
    .limit(atMost)
    .execute();
}
