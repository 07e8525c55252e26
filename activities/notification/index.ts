import type { RoleDatabase } from '#libs/db';
import type { NotificationKind } from '#libs/domain';
import type { StopLinks } from '#libs/stop-links';
import { notifyHolders } from './holders.js';
import { createNotificationStore } from './notification-store.js';
import { notifyAll, type NotifyContext } from './notify.js';

interface Notifications {
  readonly reissueId: string;
  readonly moments: readonly NotificationKind[];
}

/**
 * The durable activities that notify customers, of what no step has left to the outbox. A failure is retried and never
 * fails a reissue.
 */
export function createNotificationActivities({
  db,
  stopLinks,
  ...others
}: Omit<NotifyContext, 'store'> & {
  readonly db: RoleDatabase<'worker'>;
  readonly stopLinks: Pick<StopLinks, 'urlOf'>;
}) {
  const context: NotifyContext = { ...others, store: createNotificationStore(db, others.clock, stopLinks) };
  return {
    notify: ({ reissueId, moment }: Omit<Notifications, 'moments'> & { readonly moment: NotificationKind }) =>
      notifyAll(context, { reissueId, moments: [moment] }),
    notifyAll: (notifications: Notifications) => notifyAll(context, notifications),
    tellHolders: (operationId: string) => notifyHolders({ db, ...others }, operationId),
  };
}
export type NotificationActivities = ReturnType<typeof createNotificationActivities>;

export { sendOnOneChannel } from './channels.js';
export type { NotifyContext } from './notify.js';
export { leavingToOutbox } from './leaving-to-outbox.js';
export { NotificationOutbox } from './outbox.js';
export type { OutboxDependencies } from './outbox.js';
export { createSmsSender } from './sms-sender.js';
export { createMailSender } from './mail-sender.js';
export type { ConnectedMailSender } from './mail-sender.js';
export type { Mail, MailSender, Sms, SmsSender } from './senders.js';
