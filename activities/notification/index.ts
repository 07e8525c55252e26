import type { Database } from '#libs/db';
import type { NotificationKind } from '#libs/domain';
import { tellHolders } from './holders.js';
import { createNotificationStore } from './notices.js';
import { notify, notifyAll, type NotifyContext } from './notify.js';

/** Telling the customer what happened. It may fail and be repeated; it never fails a reissue. */
export function createNotificationActivities({
  db,
  ...others
}: Omit<NotifyContext, 'notices'> & { readonly db: Database }) {
  const context: NotifyContext = { ...others, notices: createNotificationStore(db, others.clock) };
  return {
    notify: (input: { readonly reissueId: string; readonly moment: NotificationKind }) =>
      notify(context, input),
    notifyAll: (input: { readonly reissueId: string; readonly moments: readonly NotificationKind[] }) =>
      notifyAll(context, input),
    tellHolders: (operationId: string) => tellHolders({ db, ...others }, operationId),
  };
}
export type NotificationActivities = ReturnType<typeof createNotificationActivities>;

export { createSmsSender } from './sms-sender.js';
export { createMailSender } from './mail-sender.js';
export type { SmtpOptions } from './mail-sender.js';
export type { Mail, MailSender, Sms, SmsSender } from './senders.js';
