import type { Database } from '../database.js';
import type { CertificateRow } from '../rows.js';

/** A certificate as staff see it: with the customer's pseudonym instead of the name in the subject. */
export type ListedCertificate = Pick<CertificateRow, (typeof listedColumns)[number]> & {
  readonly customer_ref: string | null;
};

/** The columns of a certificate that staff see. */
export const listedColumns = [
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

/** The largest number of certificates in a list; a customer has a few. */
const atMost = 200;

/** The certificates with these serials, or of the customer with this pseudonym, newest first. */
export async function listCertificates(
  db: Database<'select certificate' | 'select customer'>,
  by: { readonly serials: readonly string[] } | { readonly customerRef: string },
): Promise<ListedCertificate[]> {
  return db
    .selectFrom('certificate')
    .leftJoin('customer', 'customer.customer_id', 'certificate.customer_id')
    .select(listedColumns.map((column) => `certificate.${column}` as const))
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

/** A signed certificate with its chain, as DER. It names its holder. */
export interface CertificateFile {
  readonly der: Buffer;
  readonly keySha256: string;
  readonly profileDigest: string;
  /** Issuing CA, then root; empty for the certificate of another CA. */
  readonly chain: readonly Buffer[];
}

/** A certificate as it was signed; undefined if it does not exist or is not signed yet. */
export async function certificateFile(
  db: Database<'select certificate' | 'select issuer'>,
  serial: string,
): Promise<CertificateFile | undefined> {
  const row = await db
    .selectFrom('certificate')
    .leftJoin('issuer', 'issuer.subject', 'certificate.issuer')
    .select(['der', 'spki_sha256', 'profile_digest', 'issuer.certificate', 'issuer.root'])
    .where('serial', '=', serial)
    .executeTakeFirst();
  if (!row?.der) return undefined;
  return {
    ...{ der: row.der, keySha256: row.spki_sha256, profileDigest: row.profile_digest },
    chain: row.certificate && row.root ? [row.certificate, row.root] : [],
  };
}
