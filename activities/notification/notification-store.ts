import { oldCertificateStatus } from '#libs/contracts';
import { endCodes, type Clock, type EndCode, type NotificationKind } from '#libs/domain';
import type { RoleDatabase } from '#libs/db';
import { certificateBySerial } from '#libs/db/certificates';
import { customerById } from '#libs/db/customers';
import { usedChannels, findReissue, insertNotification, type ReissueRow } from '#libs/db/reissues';
import type { MessageDetails } from './messages.js';

export type NotificationChannel = 'SMS' | 'MAIL';

/** A notification to send, and the contact data to send it to. */
export interface PendingNotification {
  /** The kind, with a number if a reissue can have several notifications of this kind. */
  readonly occasion: string;
  readonly details: MessageDetails;
  readonly mobile: string;
  readonly email: string | null;
}

/** The notifications of a reissue in the bank's records. */
export interface NotificationStore {
  /** Undefined if no contact is on file, or if this kind is not sent before identity is verified. */
  find(reissueId: string, kind: NotificationKind): Promise<PendingNotification | undefined>;
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
 * Whether a kind is sent before identity is verified. Anyone who knows a name and a number can start and cancel a reissue,
 * so neither notifies the holder. Wrong answers must not produce many messages either: a locked method is notified at most
 * a few times a day, and the end that follows from the lock is not notified again.
 */
function isSentToUnverified(kind: NotificationKind, endCode: EndCode | undefined): boolean {
  // Only staff resume a reissue.
  if (kind === 'RESUMED') return true;
  return kind === 'IDENTITY_LOCKED' || (kind === 'REFUSED' && endCode !== 'IDENTITY_LOCKED');
}

function occasionOf(kind: NotificationKind, { reminders_sent, park_sequence }: ReissueRow): string {
  if (kind === 'REMINDER') return `REMINDER-${reminders_sent}`;
  return kind === 'RESUMED' ? `RESUMED-${park_sequence}` : kind;
}

/** Reads the contact on file, never what the applicant typed. */
export function createNotificationStore(db: RoleDatabase<'worker'>, clock: Clock): NotificationStore {
  /** Known to the customer only after identity is verified. */
  const oldStandingOf = async ({ identity_verified_at, old_serial }: ReissueRow) => {
    if (!identity_verified_at || !old_serial) return undefined;
    return oldCertificateStatus(await certificateBySerial(db, old_serial), clock());
  };
  return {
    async find(reissueId, kind) {
      const reissue = await findReissue(db, reissueId);
      const customer = reissue?.customer_id ? await customerById(db, reissue.customer_id) : undefined;
      if (!reissue || !customer) return undefined;
      const endCode = endCodes.find((code) => code === reissue.end_code);
      if (!reissue.identity_verified_at && !isSentToUnverified(kind, endCode)) return undefined;
      const oldStanding = await oldStandingOf(reissue);
      const serial = aboutOldCertificate.includes(kind) ? reissue.old_serial : reissue.serial;
      return {
        occasion: occasionOf(kind, reissue),
        details: {
          ...(serial ? { serial } : {}),
          ...(reissue.deadline ? { registerBy: reissue.deadline } : {}),
          at: (kind === 'NEW_DEVICE' && reissue.identity_verified_at) || reissue.updated_at,
          ...(endCode ? { endCode } : {}),
          ...(oldStanding ? { oldStanding } : {}),
        },
        mobile: customer.mobile,
        email: customer.email,
      };
    },
    channelsUsed: (reissueId, occasion) => usedChannels(db, reissueId, occasion),
    record: (reissueId, occasion, channel, at) =>
      insertNotification(db, { reissue_id: reissueId, moment: occasion, channel, sent_at: at }),
  };
}
