import { setTimeout as delay } from 'node:timers/promises';
import { sendOnOneChannel, type NotifyContext } from '#activities/notification';
import type { Bank } from '#libs/config';
import type { RoleDatabase } from '#libs/db';
import {
  expiryTerms,
  recordAnnouncement,
  takeAnnouncements,
  type TakenAnnouncement,
} from '#libs/db/certificates';
import { dueAnnouncement, isKoreanNight } from '#libs/domain';
import { ProviderRefused } from '#libs/provider-client';
import type { TermsCatalogue } from '#libs/terms';
import { composeExpiryNotice } from './message.js';
import { isNotified } from './opt-out.js';
import type { ExpirySettings } from './settings.js';

export interface SendContext extends Pick<NotifyContext, 'sms' | 'mail' | 'clock' | 'logger' | 'onTried'> {
  readonly db: RoleDatabase<'worker'>;
  readonly terms: TermsCatalogue;
  readonly bank: Bank;
  readonly expiry: ExpirySettings;
}

/** Batches of one call, a second each, so that a call ends within its timeout also while a provider is slow. */
const batchesOfCall = 10;
const batchMs = 1_000;
/** For how long a process keeps what it has taken: longer than a message takes. */
const leaseMs = 60_000;
/** When to look again at what a provider did not take, or what may not be sent at present: later with each try. */
const retryMs = 10 * 60_000;
const longestWait = 36;

/** `unavailable`: the error of a provider that may take the message later, if no channel took it now. */
type Sending = { readonly sent: boolean; readonly unavailable?: unknown };

/**
 * Sends the messages of announcements at the configured rate, in the day time of Korea. Each is sent once, on one
 * channel; a repetition after a crash carries the same id, and the receiver drops it. What decides is read again before a
 * message is sent, so that a certificate that was revoked since, for example, is not announced.
 *
 * @returns whether more may be due
 * @throws the error of the provider if it took no message of a batch
 */
export async function sendExpiryNotices(context: SendContext): Promise<{ sent: number; more: boolean }> {
  const { db, clock, expiry } = context;
  let sent = 0;
  for (let batch = 0; batch < batchesOfCall; batch += 1) {
    const [began, now] = [performance.now(), clock()];
    if (expiry.pageUrl === undefined || isKoreanNight(now)) return { sent, more: false };
    const leaseUntil = new Date(now.getTime() + leaseMs);
    const taken = await takeAnnouncements(db, { now, leaseUntil, limit: expiry.perSecond });
    const sendings = await Promise.all(taken.map((announcement) => sendOne(context, announcement)));
    sent += sendings.filter((sending) => sending.sent).length;
    const failed = sendings.filter(({ unavailable }) => unavailable !== undefined);
    if (failed.length > 0 && failed.length === taken.length) throw failed[0]!.unavailable;
    if (taken.length < expiry.perSecond) return { sent, more: false };
    await delay(began + batchMs - performance.now());
  }
  return { sent, more: true };
}

async function sendOne(context: SendContext, taken: TakenAnnouncement): Promise<Sending> {
  const { db, clock, terms, bank, expiry } = context;
  const { serial, days_left: daysLeft, not_after: notAfter, language, mobile, email } = taken;
  const now = clock();
  const later = { dueAt: new Date(now.getTime() + retryMs * Math.min(taken.attempts, longestWait)) };
  const end = async (next: Parameters<typeof recordAnnouncement>[3]): Promise<Sending> => {
    await recordAnnouncement(db, taken, [], next);
    return { sent: false };
  };
  const validity = { notAfter, registeredAt: taken.registered_at };
  // The former release sent on both channels, one of which may have failed.
  if (taken.channels.length > 0) return end({ outcome: 'SENT' });
  if (dueAnnouncement(expiry.days, validity, now) !== daysLeft) return end({ outcome: 'OUTDATED' });
  if (!isNotified(taken, daysLeft)) return end({ outcome: 'OPTED_OUT' });
  if (!taken.announced) return end(later);

  const pageUrl = mayHoldLink(terms, taken) ? expiry.pageUrl : undefined;
  const { sms, mail } = composeExpiryNotice({ serial, notAfter, daysLeft, language, bank, pageUrl });
  const messageId = `expiry.${serial}.${daysLeft}`;
  const senders = {
    SMS: () => context.sms.send({ messageId, to: mobile, text: sms }),
    MAIL: email === null ? undefined : () => context.mail.send({ messageId, to: email, ...mail }),
  };
  const { channel, errors } = await sendOnOneChannel(context, { messageId, kind: 'EXPIRY', senders });
  if (channel) {
    await recordAnnouncement(db, taken, [channel], { outcome: 'SENT' });
    return { sent: true };
  }
  const unavailable = errors.find((error) => !(error instanceof ProviderRefused));
  await recordAnnouncement(db, taken, [], unavailable === undefined ? { outcome: 'NOT_SENT' } : later);
  return { sent: false, unavailable };
}

/** A customer who answered a text that promises messages without links gets none. */
const mayHoldLink = (terms: TermsCatalogue, { version }: TakenAnnouncement): boolean =>
  version === null ||
  terms.some((text) => text.termsId === expiryTerms && text.version === version && text.links);
