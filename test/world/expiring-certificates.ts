import type { ExpiryActivities, RunPlace } from '#activities/expiry';
import type { Database } from '#libs/db';
import type { NewCertificate } from '#libs/db/certificates';
import { startOfKoreanDay } from '#libs/domain';
import { sql } from 'kysely';
import { enrolCertificates } from './enrolled-certificates.js';

/** The last second of a day in Korea, at which bank certificates end. */
export const endOfDay = (now: Date, daysLater: number): Date =>
  new Date(startOfKoreanDay(now, daysLater + 1).getTime() - 1_000);

export interface Holder {
  readonly serial: string;
  readonly customer_id: string;
  readonly mobile: string;
  readonly email: string;
}

/** Numbers and addresses at random would not all be different. */
let made = 0;

/** Inserts people with a registered certificate each, and contact data of their own. */
export async function enrolHolders(
  owner: Database,
  count: number,
  changes: Partial<NewCertificate> & { readonly not_after: Date },
): Promise<Holder[]> {
  const serials = await enrolCertificates(owner, count, changes);
  const { rows } = await sql<Holder>`
    UPDATE customer SET mobile = '0100' || lpad(number::text, 7, '0'), email = 'holder' || number || '@people.example.com'
    FROM (
      SELECT serial, customer_id AS holder, ${made}::int + row_number() OVER () AS number
      FROM certificate WHERE serial = any(${serials}::text[])
    ) AS given WHERE customer.customer_id = given.holder
    RETURNING serial, customer_id, mobile, email`.execute(owner);
  made += count;
  return rows;
}

/** Announces certificates, as the workflow does. @returns how many were announced */
export async function announceAll({
  announceExpiring,
}: Pick<ExpiryActivities, 'announceExpiring'>): Promise<number> {
  let announced = 0;
  for (let place: RunPlace | undefined = {}; place;) {
    const page = await announceExpiring(place);
    announced += page.announced;
    place = page.next;
  }
  return announced;
}

/** Sends what is due, as the workflow does. @returns how many customers were notified */
export async function sendAll({
  sendExpiryNotices,
}: Pick<ExpiryActivities, 'sendExpiryNotices'>): Promise<number> {
  let sent = 0;
  for (let more = true; more;) {
    const batch = await sendExpiryNotices();
    sent += batch.sent;
    more = batch.more;
  }
  return sent;
}
