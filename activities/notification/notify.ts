import type { Bank } from '#libs/config';
import type { Clock, NotificationKind } from '#libs/domain';
import { ProviderRefused } from '#libs/provider-client';
import { composeMessage } from './messages.js';
import {
  isOnEveryChannel,
  sendOnEveryChannel,
  sendOnOneChannel,
  type ChannelContext,
  type NotificationChannel,
} from './channels.js';
import type { PendingNotification, NotificationStore } from './notification-store.js';
import type { MailSender, SmsSender } from './senders.js';
import type { MessageKind } from './texts.js';

export interface NotifyContext extends ChannelContext {
  readonly store: NotificationStore;
  readonly sms: SmsSender;
  readonly mail: MailSender;
  readonly clock: Clock;
  /** Calendar months after which a certificate on hold is revoked, as messages state them. */
  readonly holdMonths: number;
  /** The bank that messages name, with its call centre. */
  readonly bank: Bank;
}

/**
 * Sends several notifications of one step, each as {@link notify} does. A failure of one does not stop the others.
 *
 * @throws as {@link notify}
 */
export async function notifyAll(
  context: NotifyContext,
  { reissueId, moments: kinds }: { reissueId: string; moments: readonly NotificationKind[] },
): Promise<void> {
  const sent = await Promise.allSettled(kinds.map((kind) => notify(context, { reissueId, moment: kind })));
  throwRetryableFirst(sent.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : [])));
}

/**
 * Sends a notification to the contact on file. It is sent once, also when this runs again: a repetition after a crash carries
 * the same id, and the receiver drops it.
 *
 * @throws as {@link sendNotification}
 */
export async function notify(
  context: NotifyContext,
  { reissueId, moment: kind }: { reissueId: string; moment: NotificationKind },
): Promise<void> {
  const { store, clock } = context;
  const pending = await store.find(reissueId, kind);
  if (!pending) return;
  await sendNotification(context, `${reissueId}.${pending.occasion}`, kind, pending, {
    channelsUsed: pending.channelsUsed,
    record: (channel) => store.record(reissueId, pending.occasion, channel, clock()),
  });
}

/**
 * Sends a message, unless it was sent before: on the preferred channel, and on the other one if that cannot deliver it. Some
 * kinds go to every channel.
 *
 * @param messageId by which the receiver drops a repetition
 * @param isPatient whether a retry of the preferred channel comes first, unless it has refused the message. A provider whose
 *   answer was lost has sent it already.
 * @throws ProviderUnavailable if no channel works and a retry may reach one that failed; ProviderRefused if no retry can
 */
export async function sendNotification(
  context: Pick<NotifyContext, 'sms' | 'mail' | 'logger' | 'bank' | 'holdMonths' | 'onTried'>,
  messageId: string,
  kind: MessageKind,
  {
    details,
    language,
    mobile,
    email,
  }: Pick<PendingNotification, 'details' | 'language' | 'mobile' | 'email'>,
  {
    channelsUsed,
    record,
    isPatient = false,
  }: {
    channelsUsed: readonly string[];
    record: (channel: NotificationChannel) => Promise<void>;
    isPatient?: boolean;
  },
): Promise<void> {
  const everywhere = isOnEveryChannel(kind);
  if (channelsUsed.length > 0 && !everywhere) return;
  const { sms, mail } = composeMessage(kind, details, { ...context, language });
  const senders = {
    SMS: () => context.sms.send({ messageId, to: mobile, text: sms }),
    MAIL: email === null ? undefined : () => context.mail.send({ messageId, to: email, ...mail }),
  };
  const message = { messageId, kind, senders };
  if (everywhere)
    return throwRetryableFirst(await sendOnEveryChannel(context, message, channelsUsed, record));
  const { channel, errors } = await sendOnOneChannel(context, message, isPatient);
  if (channel) return record(channel);
  throwRetryableFirst(errors);
}

/** Throws an error that a retry may mend, if there is one; otherwise the first. */
function throwRetryableFirst(errors: readonly unknown[]): void {
  if (errors.length > 0) throw errors.find((error) => !(error instanceof ProviderRefused)) ?? errors[0];
}
