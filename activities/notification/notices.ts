import { standingOfOld } from '#libs/contracts';
import { endCodes, type Clock, type EndCode, type NotificationKind } from '#libs/domain';
import {
  certificateBySerial,
  channelsTold,
  customerById,
  findReissue,
  insertNotification,
  type Database,
  type ReissueRow,
} from '#libs/db';
import type { MessageDetails } from './messages.js';

export type NotificationChannel = 'SMS' | 'MAIL';

/** What is to be said, and where the customer can be reached. */
export interface PendingNotification {
  /** The moment; numbered where it can come more than once. */
  readonly occasion: string;
  readonly details: MessageDetails;
  readonly mobile: string;
  readonly email: string | null;
}

/** What the bank knows of a reissue's notices. */
export interface NotificationStore {
  /** Undefined where there is no contact on file: nobody to tell. */
  find(reissueId: string, moment: NotificationKind): Promise<PendingNotification | undefined>;
  channelsUsed(reissueId: string, occasion: string): Promise<readonly string[]>;
  record(reissueId: string, occasion: string, channel: NotificationChannel, at: Date): Promise<void>;
}

const aboutOldCertificate: readonly NotificationKind[] = [
  'REVOKED',
  'HELD',
  'PASSWORD_LOCKED',
  'PASSWORD_RESET',
];

/**
 * What is told before anybody proved who they are. Whoever knows a name and a number can start and cancel: that alone is
 * no reason to disturb its owner. Nor can they have us send messages by answering wrongly: that a method is locked is
 * told so often a day only, and the end of a reissue that comes of it is not told once more.
 */
function isSentToUnverified(moment: NotificationKind, endCode: EndCode | undefined): boolean {
  // That it goes on again, only staff can bring about.
  if (moment === 'RESUMED') return true;
  return moment === 'IDENTITY_LOCKED' || (moment === 'REFUSED' && endCode !== 'IDENTITY_LOCKED');
}

function occasionOf(moment: NotificationKind, { reminders_sent, park_sequence }: ReissueRow): string {
  if (moment === 'REMINDER') return `REMINDER-${reminders_sent}`;
  return moment === 'RESUMED' ? `RESUMED-${park_sequence}` : moment;
}

/** The contact on file is used, never what the applicant typed. */
export function createNotificationStore(db: Database, clock: Clock): NotificationStore {
  /** Known, as to the customer, once identity is verified. */
  const oldStandingOf = async ({ identity_verified_at, old_serial }: ReissueRow) => {
    if (!identity_verified_at || !old_serial) return undefined;
    return standingOfOld(await certificateBySerial(db, old_serial), clock());
  };
  return {
    async find(reissueId, moment) {
      const reissue = await findReissue(db, reissueId);
      const customer = reissue?.customer_id ? await customerById(db, reissue.customer_id) : undefined;
      if (!reissue || !customer) return undefined;
      const endCode = endCodes.find((code) => code === reissue.end_code);
      if (!reissue.identity_verified_at && !isSentToUnverified(moment, endCode)) return undefined;
      const oldStanding = await oldStandingOf(reissue);
      const serial = aboutOldCertificate.includes(moment) ? reissue.old_serial : reissue.serial;
      return {
        occasion: occasionOf(moment, reissue),
        details: {
          ...(serial ? { serial } : {}),
          ...(reissue.deadline ? { registerBy: reissue.deadline } : {}),
          at: (moment === 'NEW_DEVICE' && reissue.identity_verified_at) || reissue.updated_at,
          ...(endCode ? { endCode } : {}),
          ...(oldStanding ? { oldStanding } : {}),
        },
        mobile: customer.mobile,
        email: customer.email,
      };
    },
    channelsUsed: (reissueId, occasion) => channelsTold(db, reissueId, occasion),
    record: (reissueId, occasion, channel, at) =>
      insertNotification(db, { reissue_id: reissueId, moment: occasion, channel, sent_at: at }),
  };
}
