import type { Clock, NotificationKind } from '#libs/domain';
import type { Logger } from '#libs/observability';
import { ProviderRefused } from '#libs/provider-client';
import { composeMessage } from './messages.js';
import type { NotificationChannel, PendingNotification, NotificationStore } from './notices.js';
import type { MailSender, SmsSender } from './senders.js';
import type { MessageKind } from './texts.js';

export interface NotifyContext {
  readonly notices: NotificationStore;
  readonly sms: SmsSender;
  readonly mail: MailSender;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Tells the customer of several moments of one step, each as {@link notify} does. One moment's failure does not keep
 * another back.
 *
 * @throws as {@link notify}
 */
export async function notifyAll(
  context: NotifyContext,
  { reissueId, moments }: { reissueId: string; moments: readonly NotificationKind[] },
): Promise<void> {
  const told = await Promise.allSettled(moments.map((moment) => notify(context, { reissueId, moment })));
  throwFirst(told.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : [])));
}

/**
 * Tells the customer of a moment, by SMS and mail at once, to the contact on file. A channel is used once per
 * moment, also when this runs again; a repetition after a crash carries the same id and is dropped where it
 * arrives. One channel's failure does not keep the other back.
 *
 * @throws ProviderUnavailable if another try may reach a channel that failed; ProviderRefused if none can
 */
export async function notify(
  context: NotifyContext,
  { reissueId, moment }: { reissueId: string; moment: NotificationKind },
): Promise<void> {
  const { notices, clock } = context;
  const notice = await notices.find(reissueId, moment);
  if (!notice) return;
  await sendNotification(context, `${reissueId}.${notice.occasion}`, moment, notice, {
    told: await notices.channelsUsed(reissueId, notice.occasion),
    record: (channel) => notices.record(reissueId, notice.occasion, channel, clock()),
  });
}

/**
 * Sends a notice on each channel there is and that was not used yet.
 *
 * @param messageId by which a repetition is dropped where it arrives
 * @throws as {@link notify}
 */
export async function sendNotification(
  context: Pick<NotifyContext, 'sms' | 'mail' | 'logger'>,
  messageId: string,
  moment: MessageKind,
  { details, mobile, email }: Pick<PendingNotification, 'details' | 'mobile' | 'email'>,
  { told, record }: { told: readonly string[]; record: (channel: NotificationChannel) => Promise<void> },
): Promise<void> {
  const { sms, mail } = composeMessage(moment, details);
  const sends: Record<NotificationChannel, (() => Promise<void>) | undefined> = {
    SMS: () => context.sms.send({ messageId, to: mobile, text: sms }),
    MAIL: email === null ? undefined : () => context.mail.send({ messageId, to: email, ...mail }),
  };

  const errors: unknown[] = [];
  const tell = async (channel: NotificationChannel) => {
    const send = sends[channel];
    if (!send || told.includes(channel)) return;
    try {
      await send();
      await record(channel);
    } catch (error) {
      context.logger.warn({ messageId, moment, channel, err: error }, 'message not sent');
      errors.push(error);
    }
  };
  await Promise.all([tell('SMS'), tell('MAIL')]);
  throwFirst(errors);
}

/** What another try may mend comes first. */
function throwFirst(errors: readonly unknown[]): void {
  if (errors.length > 0) throw errors.find((error) => !(error instanceof ProviderRefused)) ?? errors[0];
}
