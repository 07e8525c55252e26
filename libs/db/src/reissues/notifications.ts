import { sql, type QueryCreator, type RawBuilder } from 'kysely';
import type { Database } from '../database.js';
import type { CertificateRow, CustomerRow, NewRow, ReissueRow } from '../rows.js';
import type { Value } from '../column-types.js';
import type { Tables } from '../tables.js';

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
  /** The contact on file before its last change, if that was lately. */
  readonly former: { readonly mobile: string | null; readonly email: string | null };
  /** The certificate that the reissue replaces. */
  readonly old: Pick<CertificateRow, 'state' | 'not_after' | 'hold_at' | 'revoked_at'> | undefined;
  /** The language of the terms that the customer agreed to last. */
  readonly language: CustomerLanguage;
  /** The channels on which each notification was already sent, as `<moment>/<channel>`. */
  readonly sent: readonly string[];
}

export type FactsPrivilege =
  | 'select certificate'
  | 'select consent'
  | 'select customer'
  | 'select customer_fact'
  | 'select notification'
  | 'select reissue';

/** @returns also the occasions that the outbox holds */
export async function notificationFacts(
  db: Database<FactsPrivilege | 'select notification_outbox'>,
  reissueId: string,
): Promise<(NotificationFacts & { readonly waiting: readonly string[] }) | undefined> {
  const found = await selectFacts(db, sql`(SELECT ${reissueId}::text AS reissue_id)`)
    .select(
      sql<string[]>`array(
        SELECT occasion FROM notification_outbox WHERE notification_outbox.reissue_id = reissue.reissue_id
      )`.as('waiting'),
    )
    .executeTakeFirst();
  if (!found) return undefined;
  const { waiting, ...columns } = found;
  return { waiting, ...factsOf(columns) };
}

/** Reads the facts of the reissues in `about`. */
export const selectFacts = (db: QueryCreator<Tables>, about: RawBuilder<{ reissue_id: string }>) =>
  db
    .selectFrom(about.as('about'))
    .innerJoin('reissue', 'reissue.reissue_id', 'about.reissue_id')
    .leftJoin('customer', 'customer.customer_id', 'reissue.customer_id')
    .leftJoin('certificate as old', 'old.serial', 'reissue.old_serial')
    .leftJoin('customer_fact as changed', (join) =>
      join
        .onRef('changed.customer_ref', '=', 'reissue.customer_ref')
        .on('changed.kind', '=', 'CONTACT_CHANGED')
        .on('changed.since', 'is not', null),
    )
    .selectAll('reissue')
    .select(['customer.mobile', 'customer.email', 'changed.former_mobile', 'changed.former_email'])
    .select(languageOf(sql.ref('reissue.reissue_id')).as('language'))
    .select(['old.state as old_state', 'old.not_after', 'old.hold_at', 'old.revoked_at'])
    .select(
      sql<string[]>`array(
        SELECT moment || '/' || channel FROM notification WHERE notification.reissue_id = reissue.reissue_id
      )`.as('sent'),
    );

export type CustomerLanguage = Value<'consent.locale'>;

/** The language in which the customer of a reissue read and accepted the terms last; Korean if it is not known. */
export const languageOf = (reissueId: RawBuilder<unknown>): RawBuilder<CustomerLanguage> => sql`coalesce(
  (SELECT locale FROM consent WHERE consent.reissue_id = ${reissueId} ORDER BY recorded_at DESC LIMIT 1), 'ko')`;

type FactsColumns = Awaited<ReturnType<ReturnType<typeof selectFacts>['executeTakeFirstOrThrow']>>;

export function factsOf({
  mobile,
  email,
  former_mobile,
  former_email,
  old_state: state,
  not_after,
  hold_at,
  revoked_at,
  sent,
  language,
  ...reissue
}: FactsColumns): NotificationFacts {
  return {
    reissue,
    contact: mobile === null ? undefined : { mobile, email },
    former: { mobile: former_mobile, email: former_email },
    old: state === null || not_after === null ? undefined : { state, not_after, hold_at, revoked_at },
    sent,
    language,
  };
}
