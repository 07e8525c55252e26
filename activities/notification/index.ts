import { setTimeout as delay } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { RunningCalls } from '#activities/step';
import type { RoleDatabase } from '#libs/db';
import type { NotificationKind } from '#libs/domain';
import { notifyHolders } from './holders.js';
import { createNotificationStore } from './notification-store.js';
import { notifyAll, type NotifyContext } from './notify.js';

interface Notifications {
  readonly reissueId: string;
  readonly moments: readonly NotificationKind[];
  /** Whether another worker may still be sending them. */
  readonly sending?: boolean;
}

/**
 * Notifies customers. A failure is retried and never fails a reissue.
 *
 * @param longestSendMs the time after which a message that another worker was sending is sent, or failed
 */
export function createNotificationActivities({
  db,
  longestSendMs,
  ...others
}: Omit<NotifyContext, 'store'> & { readonly db: RoleDatabase<'worker'>; readonly longestSendMs: number }) {
  const context: NotifyContext = { ...others, store: createNotificationStore(db, others.clock) };
  const running = new RunningCalls();

  const send = async ({ reissueId, moments, sending }: Notifications): Promise<void> => {
    const key = `${reissueId} ${moments.join(' ')}`;
    // Nothing drops a message that is sent twice but the receiver, so wait until the other worker has recorded it.
    if (sending && !running.has(key) && activityInfo().attempt === 1) await delay(longestSendMs);
    return running.share(key, () => notifyAll(context, { reissueId, moments }));
  };
  return {
    notify: ({ moment, ...input }: Omit<Notifications, 'moments'> & { readonly moment: NotificationKind }) =>
      send({ ...input, moments: [moment] }),
    notifyAll: send,
    tellHolders: (operationId: string) => notifyHolders({ db, ...others }, operationId),
  };
}
export type NotificationActivities = ReturnType<typeof createNotificationActivities>;

export { withDirectNotifications } from './direct-notifications.js';
export { createSmsSender } from './sms-sender.js';
export { createMailSender } from './mail-sender.js';
export type { Mail, MailSender, Sms, SmsSender } from './senders.js';
