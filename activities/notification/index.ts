import type { RoleDatabase } from '#libs/db';
import type { NotificationKind } from '#libs/domain';
import { notifyHolders } from './holders.js';
import { createNotificationStore } from './notification-store.js';
import { notify, notifyAll, type NotifyContext } from './notify.js';

/** Notifies customers. A failure is retried and never fails a reissue. */
export function createNotificationActivities({
  db,
  ...others
}: Omit<NotifyContext, 'store'> & { readonly db: RoleDatabase<'worker'> }) {
  const context: NotifyContext = { ...others, store: createNotificationStore(db, others.clock) };
  return {
    notify: (input: { readonly reissueId: string; readonly moment: NotificationKind }) =>
      notify(context, input),
    notifyAll: (input: { readonly reissueId: string; readonly moments: readonly NotificationKind[] }) =>
      notifyAll(context, input),
    tellHolders: (operationId: string) => notifyHolders({ db, ...others }, operationId),
  };
}
export type NotificationActivities = ReturnType<typeof createNotificationActivities>;

export { createSmsSender } from './sms-sender.js';
export { createMailSender } from './mail-sender.js';
export type { Mail, MailSender, Sms, SmsSender } from './senders.js';
