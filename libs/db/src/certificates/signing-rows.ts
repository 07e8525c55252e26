import { sql } from 'kysely';
import { compiledOnce } from '../compiled-once.js';
import type { Database, Tx } from '../database.js';
import type { CustomerRow, ReissueRow } from '../rows.js';

/** The columns of a reissue that its certificate request consists of. */
const requestColumns = ['reissue_id', 'api_key_name', 'customer_id', 'csr', 'key_thumbprint'] as const;
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
  'required_wait_ms',
  'cooling_off_until',
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

interface Ids {
  readonly ids: readonly string[];
}

/** The certificate requests of these reissues, in no order. */
export const findCertificateRequests = compiledOnce((db: Database<'select reissue'>, { ids }: Ids) =>
  db
    .selectFrom('reissue')
    .select(requestColumns)
    .where((is) => is('reissue_id', '=', is.fn.any(is.val(ids)))),
);

type CustomerLock = Tx<'select customer' | 'update customer'>;
type ReissueLock = Tx<'select reissue' | 'update reissue'>;

/** Reads and locks customers, always in the same order. */
export const lockCustomersToCertify = waitingOrNot((wait) =>
  compiledOnce((tx: CustomerLock, { ids }: Ids) =>
    tx
      .selectFrom('customer')
      .select(customerColumns)
      .where((is) => is('customer_id', '=', is.fn.any(sql<string[]>`${ids}::uuid[]`)))
      .orderBy('customer_id')
      .forNoKeyUpdate()
      .$if(!wait, (query) => query.skipLocked()),
  ),
);

/** Reads and locks reissues, always in the same order. Their customers are locked before them. */
export const lockReissuesToSign = waitingOrNot((wait) =>
  compiledOnce((tx: ReissueLock, { ids }: Ids) => lockedReissues(tx, ids, wait).select(reissueColumns)),
);

const lockStates = waitingOrNot((wait) =>
  compiledOnce((tx: ReissueLock, { ids }: Ids) =>
    lockedReissues(tx, ids, wait).select(['reissue_id', 'state']),
  ),
);

/** Locks reissues, always in the same order. @returns the states of those that were locked */
export async function lockReissueStates(
  tx: ReissueLock,
  reissueIds: readonly string[],
  lockWait: LockWait,
): Promise<Map<string, ReissueRow['state']>> {
  const rows = await lockStates(tx, reissueIds, lockWait);
  return new Map(rows.map(({ reissue_id, state }) => [reissue_id, state]));
}

const lockedReissues = (tx: ReissueLock, ids: readonly string[], wait: boolean) =>
  tx
    .selectFrom('reissue')
    .where((is) => is('reissue_id', '=', is.fn.any(is.val(ids))))
    .orderBy('reissue_id')
    .forNoKeyUpdate()
    .$if(!wait, (query) => query.skipLocked());

/** A query that exists in two texts, because one of them skips locked rows. */
function waitingOrNot<T, Row>(textOf: (wait: boolean) => (tx: T, ids: Ids) => Promise<Row[]>) {
  const [waiting, skipping] = [textOf(true), textOf(false)];
  return (tx: T, ids: readonly string[], { wait }: LockWait): Promise<Row[]> =>
    (wait ? waiting : skipping)(tx, { ids });
}
