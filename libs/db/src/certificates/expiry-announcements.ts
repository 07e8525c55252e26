import { sql, type RawBuilder } from 'kysely';
import type { Database, Tx } from '../database.js';
import { languageOf, type CustomerLanguage } from '../reissues/notifications.js';
import type { NewRow, Row } from '../rows.js';
import { insertRows } from '../writes.js';

type AnnouncementRow = Row<'expiry_announcement'>;
export type AnnouncementOutcome = NonNullable<AnnouncementRow['outcome']>;

/** The terms that ask for the consent to be notified of the expiry. */
export const expiryTerms = 'expiry-guidance';

/** What decides whether and how the holder of a certificate is notified of its expiry. */
export interface HolderToNotify {
  readonly serial: string;
  readonly not_before: Date;
  readonly not_after: Date;
  readonly registered_at: Date;
  readonly customer_ref: string;
  /** False if the bank's files say that the customer wants no such notices. */
  readonly expiry_notices: boolean;
  /** Whether a reissue made the certificate, and so asked for the consent. */
  readonly asked: boolean;
  /** Whether the latest answer to the terms agrees; null without an answer. */
  readonly agreed: boolean | null;
  /** The version of the terms that was answered. */
  readonly version: string | null;
}

const holderColumns = sql`
  certificate.serial, certificate.not_before, certificate.not_after, certificate.registered_at, customer.customer_ref,
  customer.expiry_notices, certificate.reissue_id IS NOT NULL AS asked, answer.agreed, answer.version`;

const latestAnswer = sql`
  LEFT JOIN LATERAL (
    SELECT agreed, version FROM consent
    WHERE consent.reissue_id = certificate.reissue_id AND terms_id = ${sql.lit(expiryTerms)}
    ORDER BY recorded_at DESC LIMIT 1
  ) AS answer ON true`;

/**
 * Whether a certificate is announced: it is the one on file and in force or expired, its holder was not erased, and no
 * reissue that would replace it is open.
 */
const isAnnounced = sql<boolean>`(
  certificate.on_file AND certificate.registered_at IS NOT NULL AND certificate.revoked_at IS NULL
  AND certificate.hold_at IS NULL AND customer.erased_at IS NULL
  AND NOT EXISTS (
    SELECT FROM reissue WHERE reissue.customer_id = certificate.customer_id AND reissue.ended_at IS NULL
  ))`;

type HolderPrivilege = 'select certificate' | 'select consent' | 'select customer' | 'select reissue';

/** A place in the order of certificates by the end of their validity. */
export interface ExpiryPlace {
  readonly notAfter: Date;
  readonly serial: string;
}

/**
 * The next certificates of a window whose announcement was not made, and locks them. A certificate that another transaction
 * has locked is left out: the next run finds it.
 */
export async function certificatesToAnnounce(
  tx: Tx<HolderPrivilege | 'select expiry_announcement' | 'update certificate'>,
  window: {
    readonly daysLeft: number;
    readonly from: Date;
    readonly until: Date;
    readonly after: ExpiryPlace;
    readonly limit: number;
  },
): Promise<HolderToNotify[]> {
  const { rows } = await pageOf(window).execute(tx);
  return rows;
}

/** The statement of {@link certificatesToAnnounce}. PostgreSQL plans it for the size of the page, which never changes. */
export const pageOf = ({
  daysLeft,
  from,
  until,
  after,
  limit,
}: Parameters<typeof certificatesToAnnounce>[1]): RawBuilder<HolderToNotify> => sql`
  SELECT ${holderColumns}
  FROM certificate JOIN customer ON customer.customer_id = certificate.customer_id ${latestAnswer}
  WHERE certificate.not_after >= ${from} AND certificate.not_after < ${until}
    AND (certificate.not_after, certificate.serial) > (${after.notAfter}::timestamptz, ${after.serial})
    AND ${isAnnounced}
    AND NOT EXISTS (
      SELECT FROM expiry_announcement
      WHERE expiry_announcement.serial = certificate.serial AND days_left = ${daysLeft}
    )
  ORDER BY certificate.not_after, certificate.serial
  LIMIT ${sql.lit(limit)}
  FOR NO KEY UPDATE OF certificate SKIP LOCKED`;

/** Records announcements. @returns the serials of those that were not made before */
export async function insertAnnouncements(
  tx: Tx<'select expiry_announcement' | 'insert expiry_announcement'>,
  rows: readonly NewRow<'expiry_announcement'>[],
): Promise<string[]> {
  if (rows.length === 0) return [];
  const inserted = await sql<{ serial: string }>`
    ${insertRows(tx, 'expiry_announcement', rows)} ON CONFLICT DO NOTHING RETURNING serial`.execute(tx);
  return inserted.rows.map(({ serial }) => serial);
}

/** An announcement that this process sends now, and what decides about it now. */
export interface TakenAnnouncement extends HolderToNotify, Pick<AnnouncementRow, 'days_left' | 'channels'> {
  /** Including this one. */
  readonly attempts: number;
  /** The language of the terms that the holder accepted last. */
  readonly language: CustomerLanguage;
  readonly mobile: string;
  readonly email: string | null;
  readonly announced: boolean;
}

/** Takes announcements to send, those that wait longest first. Until `leaseUntil` no other process takes them. */
export async function takeAnnouncements(
  db: Database<HolderPrivilege | 'select expiry_announcement' | 'update expiry_announcement'>,
  { now, leaseUntil, limit }: { readonly now: Date; readonly leaseUntil: Date; readonly limit: number },
): Promise<TakenAnnouncement[]> {
  const { rows } = await sql<TakenAnnouncement>`
    WITH due AS (
      SELECT serial, days_left FROM expiry_announcement WHERE due_at <= ${now}
      ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE expiry_announcement AS waiting SET due_at = ${leaseUntil}, attempts = attempts + 1 FROM due
      WHERE waiting.serial = due.serial AND waiting.days_left = due.days_left
      RETURNING waiting.serial, waiting.days_left, waiting.attempts, waiting.channels
    )
    SELECT ${holderColumns}, taken.days_left, taken.attempts, taken.channels, mobile, email,
      ${languageOf(sql.ref('certificate.reissue_id'))} AS language, ${isAnnounced} AS announced
    FROM taken JOIN certificate ON certificate.serial = taken.serial
    JOIN customer ON customer.customer_id = certificate.customer_id ${latestAnswer}`.execute(db);
  return rows;
}

/**
 * Records on which channels an announcement was sent, with its outcome or when it is tried again. Nothing but the channels
 * is recorded if another process has taken it since.
 */
export async function recordAnnouncement(
  db: Database<'select expiry_announcement' | 'update expiry_announcement'>,
  { serial, days_left, attempts }: Pick<TakenAnnouncement, 'serial' | 'days_left' | 'attempts'>,
  channels: readonly string[],
  next: { readonly outcome: AnnouncementOutcome } | { readonly dueAt: Date },
): Promise<void> {
  const outcome = 'outcome' in next ? next.outcome : null;
  const dueAt = 'dueAt' in next ? next.dueAt : null;
  await sql`
    UPDATE expiry_announcement SET
      channels = array(SELECT unnest(channels) UNION SELECT unnest(${channels}::text[])),
      outcome = CASE WHEN attempts = ${attempts} THEN ${outcome}::text ELSE outcome END,
      due_at = CASE WHEN attempts = ${attempts} THEN ${dueAt}::timestamptz ELSE due_at END
    WHERE serial = ${serial} AND days_left = ${days_left}`.execute(db);
}

/** Deletes at most `limit` announcements that were made before a time. @returns the number deleted */
export async function deleteAnnouncements(
  db: Database<'select expiry_announcement' | 'delete expiry_announcement'>,
  before: Date,
  limit: number,
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    DELETE FROM expiry_announcement USING (
      SELECT serial, days_left FROM expiry_announcement WHERE announced_at < ${before}
      ORDER BY announced_at LIMIT ${limit}
    ) AS old
    WHERE expiry_announcement.serial = old.serial AND expiry_announcement.days_left = old.days_left`.execute(
    db,
  );
  return Number(numAffectedRows);
}
