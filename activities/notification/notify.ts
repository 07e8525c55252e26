import type { Bank } from '#libs/config';
import type { Clock, NotificationKind } from '#libs/domain';
import { ProviderRefused } from '#libs/provider-client';
import { composeMessage } from './messages.js';
import {
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
 * Sends a message, unless it was sent before: on the preferred channel, and on the other one if that cannot deliver it, or
 * everywhere, to the former contact too.
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
    everywhere = false,
    former,
  }: Pick<PendingNotification, 'details' | 'language' | 'mobile' | 'email'> &
    Partial<Pick<PendingNotification, 'everywhere' | 'former'>>,
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
  if (channelsUsed.length > 0 && !everywhere) return;
  const { sms, mail } = composeMessage(kind, details, { ...context, language });
  const text = (to: string, id = messageId) => context.sms.send({ messageId: id, to, text: sms });
  const letter = (to: string, id = messageId) => context.mail.send({ messageId: id, to, ...mail });
  const senders = { SMS: () => text(mobile), MAIL: email === null ? undefined : () => letter(email) };
  if (everywhere) {
    const toFormer = {
      FORMER_SMS: sender(former?.mobile, mobile, (to) => text(to, `${messageId}.former`)),
      FORMER_MAIL: sender(former?.email, email, (to) => letter(to, `${messageId}.former`)),
    };
    const message = { messageId, kind, senders: { ...senders, ...toFormer } };
    return throwRetryableFirst(await sendOnEveryChannel(context, message, channelsUsed, record));
  }
  const message = { messageId, kind, senders };
  const { channel, errors } = await sendOnOneChannel(context, message, isPatient);
  if (channel) return record(channel);
  throwRetryableFirst(errors);
}

/** How to send to a former address; undefined if there is none but the present one. */
const sender = (
  former: string | null | undefined,
  present: string | null,
  send: (to: string) => Promise<void>,
) => (former && former !== present ? () => send(former) : undefined);

/** Throws an error that a retry may mend, if there is one; otherwise the first. */
function throwRetryableFirst(errors: readonly unknown[]): void {
  if (errors.length > 0) throw errors.find((error) => !(error instanceof ProviderRefused)) ?? errors[0];
}
