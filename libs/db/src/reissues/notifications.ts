import type { Database } from '../database.js';
import { sql } from 'kysely';
import type { CertificateRow, CustomerRow, NewRow, ReissueRow } from '../rows.js';

/** Records that a notification was sent. */
export async function insertNotification(
  db: Database<'insert notification'>,
  row: NewRow<'notification'>,
): Promise<void> {
  await db
    .insertInto('notification')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** What a notification says and where it goes, by the bank's records. */
export interface NotificationFacts {
  readonly reissue: ReissueRow;
  /** The contact on file; undefined for an unknown person. */
  readonly contact: Pick<CustomerRow, 'mobile' | 'email'> | undefined;
  /** The certificate that the reissue replaces. */
  readonly old: Pick<CertificateRow, 'state' | 'not_after' | 'hold_at' | 'revoked_at'> | undefined;
  /** The channels on which each notification was already sent, as `<moment>/<channel>`. */
  readonly sent: readonly string[];
}

export async function notificationFacts(
  db: Database<'select certificate' | 'select customer' | 'select notification' | 'select reissue'>,
  reissueId: string,
): Promise<NotificationFacts | undefined> {
  const found = await db
    .selectFrom('reissue')
    .leftJoin('customer', 'customer.customer_id', 'reissue.customer_id')
    .leftJoin('certificate as old', 'old.serial', 'reissue.old_serial')
    .selectAll('reissue')
    .select(['customer.mobile', 'customer.email'])
    .select(['old.state as old_state', 'old.not_after', 'old.hold_at', 'old.revoked_at'])
    .select(
      sql<string[]>`array(
        SELECT moment || '/' || channel FROM notification WHERE notification.reissue_id = reissue.reissue_id
      )`.as('sent'),
    )
    .where('reissue.reissue_id', '=', reissueId)
    .executeTakeFirst();
  if (!found) return undefined;
  const { mobile, email, old_state: state, not_after, hold_at, revoked_at, sent, ...reissue } = found;
  return {
    reissue,
    contact: mobile === null ? undefined : { mobile, email },
    old: state === null || not_after === null ? undefined : { state, not_after, hold_at, revoked_at },
    sent,
  };
}
