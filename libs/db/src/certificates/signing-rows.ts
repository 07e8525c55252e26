import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { CustomerRow, ReissueRow } from '../rows.js';

/** The columns of a reissue that its certificate request consists of. */
const requestColumns = ['reissue_id', 'customer_id', 'csr', 'key_thumbprint'] as const;
export type CertificateRequestRow = Pick<ReissueRow, (typeof requestColumns)[number]>;

const reissueColumns = [
  ...requestColumns,
  'state',
  'effective_reason',
  'identity_rule',
  'identity_verified_at',
  'password_verified_at',
  'consents_completed_at',
  'virtual_id',
] as const;
/** The columns of a reissue that decide whether its certificate is signed. */
export type ReissueToSign = Pick<ReissueRow, (typeof reissueColumns)[number]>;

const customerColumns = ['customer_id', 'ci', 'name'] as const;
/** The columns of a customer that decide whether a certificate is signed, or are in it. */
export type CustomerToCertify = Pick<CustomerRow, (typeof customerColumns)[number]>;

/** Whether a statement waits for rows that another transaction has locked; otherwise it skips them. */
export interface LockWait {
  readonly wait: boolean;
}

/** The certificate requests of these reissues, in no order. */
export async function findCertificateRequests(
  db: Database<'select reissue'>,
  reissueIds: readonly string[],
): Promise<CertificateRequestRow[]> {
  return db
    .selectFrom('reissue')
    .select(requestColumns)
    .where((is) => is('reissue_id', '=', is.fn.any(is.val(reissueIds))))
    .execute();
}

/** Reads and locks customers, always in the same order. */
export async function lockCustomersToCertify(
  tx: Tx<'select customer' | 'update customer'>,
  customerIds: readonly string[],
  { wait }: LockWait,
): Promise<CustomerToCertify[]> {
  return tx
    .selectFrom('customer')
    .select(customerColumns)
    .where((is) => is('customer_id', '=', is.fn.any(sql<string[]>`${customerIds}::uuid[]`)))
    .orderBy('customer_id')
    .forNoKeyUpdate()
    .$if(!wait, (query) => query.skipLocked())
    .execute();
}

/** Reads and locks reissues, always in the same order. Their customers are locked before them. */
export async function lockReissuesToSign(
  tx: Tx<'select reissue' | 'update reissue'>,
  reissueIds: readonly string[],
  lockWait: LockWait,
): Promise<ReissueToSign[]> {
  return lockedReissues(tx, reissueIds, lockWait).select(reissueColumns).execute();
}

/** Locks reissues, always in the same order. @returns the states of those that were locked */
export async function lockReissueStates(
  tx: Tx<'select reissue' | 'update reissue'>,
  reissueIds: readonly string[],
  lockWait: LockWait,
): Promise<Map<string, ReissueRow['state']>> {
  const rows = await lockedReissues(tx, reissueIds, lockWait).select(['reissue_id', 'state']).execute();
  return new Map(rows.map(({ reissue_id, state }) => [reissue_id, state]));
}

const lockedReissues = (
  tx: Tx<'select reissue' | 'update reissue'>,
  reissueIds: readonly string[],
  { wait }: LockWait,
) =>
  tx
    .selectFrom('reissue')
    .where((is) => is('reissue_id', '=', is.fn.any(is.val(reissueIds))))
    .orderBy('reissue_id')
    .forNoKeyUpdate()
    .$if(!wait, (query) => query.skipLocked());
