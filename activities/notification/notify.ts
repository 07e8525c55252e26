import type { Clock, NotificationKind } from '#libs/domain';
import type { Logger } from '#libs/observability';
import { ProviderRefused } from '#libs/provider-client';
import { composeMessage } from './messages.js';
import type { NotificationChannel, PendingNotification, NotificationStore } from './notification-store.js';
import type { MailSender, SmsSender } from './senders.js';
import type { MessageKind } from './texts.js';

export interface NotifyContext {
  readonly store: NotificationStore;
  readonly sms: SmsSender;
  readonly mail: MailSender;
  readonly clock: Clock;
  /** Calendar months after which a certificate on hold is revoked, as messages state them. */
  readonly holdMonths: number;
  readonly logger: Pick<Logger, 'warn'>;
  /** Called after each try on a channel. */
  readonly onTried?: (channel: NotificationChannel, outcome: 'sent' | 'failed' | 'refused') => void;
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
 * Sends a notification by SMS and mail at once, to the contact on file. Each channel is used once per notification, also
 * when this runs again: a repetition after a crash carries the same id, and the receiver drops it. A failure of one channel
 * does not stop the other.
 *
 * @throws ProviderUnavailable if a retry may reach a channel that failed; ProviderRefused if no retry can
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
 * Sends a message on each channel that the customer has and that was not used yet.
 *
 * @param messageId by which the receiver drops a repetition
 * @throws as {@link notify}
 */
export async function sendNotification(
  context: Pick<NotifyContext, 'sms' | 'mail' | 'logger' | 'holdMonths' | 'onTried'>,
  messageId: string,
  kind: MessageKind,
  { details, mobile, email }: Pick<PendingNotification, 'details' | 'mobile' | 'email'>,
  {
    channelsUsed,
    record,
  }: { channelsUsed: readonly string[]; record: (channel: NotificationChannel) => Promise<void> },
): Promise<void> {
  const { sms, mail } = composeMessage(kind, details, context.holdMonths);
  const senders: Record<NotificationChannel, (() => Promise<void>) | undefined> = {
    SMS: () => context.sms.send({ messageId, to: mobile, text: sms }),
    MAIL: email === null ? undefined : () => context.mail.send({ messageId, to: email, ...mail }),
  };

  const errors: unknown[] = [];
  const sendOn = async (channel: NotificationChannel) => {
    const send = senders[channel];
    if (!send || channelsUsed.includes(channel)) return;
    try {
      await reported(context, channel, send);
      await record(channel);
    } catch (error) {
      context.logger.warn({ messageId, kind, channel, err: error }, 'message not sent');
      errors.push(error);
    }
  };
  await Promise.all([sendOn('SMS'), sendOn('MAIL')]);
  throwRetryableFirst(errors);
}

/** Sends, and reports how it ended. */
export async function reported(
  { onTried }: Pick<NotifyContext, 'onTried'>,
  channel: NotificationChannel,
  send: () => Promise<void>,
): Promise<void> {
  try {
    await send();
  } catch (error) {
    onTried?.(channel, error instanceof ProviderRefused ? 'refused' : 'failed');
    throw error;
  }
  onTried?.(channel, 'sent');
}

/** Throws an error that a retry may mend, if there is one; otherwise the first. */
function throwRetryableFirst(errors: readonly unknown[]): void {
  if (errors.length > 0) throw errors.find((error) => !(error instanceof ProviderRefused)) ?? errors[0];
}
