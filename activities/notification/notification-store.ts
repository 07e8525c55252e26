import { oldCertificateStatus } from '#libs/contracts';
import { endCodes, isFinal, type Clock, type EndCode, type NotificationKind } from '#libs/domain';
import type { RoleDatabase } from '#libs/db';
import { occasionOf } from '#activities/step';
import { insertNotification, notificationFacts, type NotificationFacts } from '#libs/db/reissues';
import type { StopLinks } from '#libs/stop-links';
import type { NotificationChannel } from './channels.js';
import type { MessageDetails } from './messages.js';
import type { MessageLanguage } from './texts.js';

/** A notification to send, and the contact data to send it to. */
export interface PendingNotification {
  /** The kind, with a number if a reissue can have several notifications of this kind. */
  readonly occasion: string;
  /** The channels on which it was already sent. */
  readonly channelsUsed: readonly string[];
  readonly details: MessageDetails;
  readonly language: MessageLanguage;
  readonly mobile: string;
  readonly email: string | null;
  /** Whether it goes to every contact, the former one too. */
  readonly everywhere: boolean;
  readonly former: NotificationFacts['former'];
}

/** The notifications of a reissue in the bank's records. */
export interface NotificationStore {
  /** Undefined if the outbox has the notification, or if it is not sent at all. */
  find(reissueId: string, kind: NotificationKind): Promise<PendingNotification | undefined>;
  record(reissueId: string, occasion: string, channel: NotificationChannel, at: Date): Promise<void>;
}

/**
 * Whether a message goes to every contact, because one of them may be in a stranger's hands: that the old certificate cannot be used,
 * and everything about a reissue that has to wait, or that the customer has stopped.
 */
const isForEveryContact = (
  kind: NotificationKind,
  { cooling_off_since: waited, end_code: code }: NotificationFacts['reissue'],
): boolean =>
  kind === 'HELD' ||
  kind === 'REVOKED' ||
  waited !== null ||
  code === ('STOPPED_BY_CUSTOMER' satisfies EndCode);

const aboutOldCertificate: readonly NotificationKind[] = [
  'REVOKED',
  'HELD',
  'PASSWORD_LOCKED',
  'PASSWORD_RESET',
];

/** The kinds that ask for the registration. After the end, the notification of the end says more. */
const aboutRegistration: readonly NotificationKind[] = ['ISSUED', 'REMINDER'];

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

/**
 * Decides what to send, by the contact on file and never by what the applicant typed.
 *
 * @returns undefined if no contact is on file, or if this kind is not sent in this state of the reissue
 */
export function pendingNotification(
  { reissue, contact, former, old, language, sent }: NotificationFacts,
  { kind, occasion }: { readonly kind: NotificationKind; readonly occasion: string },
  now: Date,
  stopLinks: Pick<StopLinks, 'urlOf'>,
): PendingNotification | undefined {
  if (!contact || (aboutRegistration.includes(kind) && reissue.state !== 'ISSUED')) return undefined;
  const endCode = endCodes.find((code) => code === reissue.end_code);
  if (!reissue.identity_verified_at && !isSentToUnverified(kind, endCode)) return undefined;
  // Known to the customer only after identity is verified.
  const oldStanding = reissue.identity_verified_at ? oldCertificateStatus(old, now) : undefined;
  const everywhere = isForEveryContact(kind, reissue);
  const canStop = (everywhere || kind === 'NEW_DEVICE') && !isFinal(reissue.state);
  const stopLink = canStop ? stopLinks.urlOf(reissue.reissue_id) : undefined;
  const until = kind === 'COOLING_OFF' ? reissue.cooling_off_until : reissue.deadline;
  const serial = aboutOldCertificate.includes(kind) ? reissue.old_serial : reissue.serial;
  return {
    occasion,
    channelsUsed: sent
      .filter((each) => each.startsWith(`${occasion}/`))
      .map((each) => each.slice(occasion.length + 1)),
    language,
    details: {
      receiptNumber: reissue.receipt_number,
      ...(serial ? { serial } : {}),
      ...(until ? { registerBy: until } : {}),
      ...(stopLink ? { stopLink } : {}),
      at: (kind === 'NEW_DEVICE' && reissue.identity_verified_at) || reissue.updated_at,
      ...(endCode ? { endCode } : {}),
      ...(oldStanding ? { oldStanding } : {}),
    },
    ...contact,
    ...{ everywhere, former },
  };
}

export function createNotificationStore(
  db: RoleDatabase<'worker'>,
  clock: Clock,
  stopLinks: Pick<StopLinks, 'urlOf'>,
): NotificationStore {
  return {
    async find(reissueId, kind) {
      const facts = await notificationFacts(db, reissueId);
      if (!facts) return undefined;
      const occasion = occasionOf(kind, facts.reissue);
      return facts.waiting.includes(occasion)
        ? undefined
        : pendingNotification(facts, { kind, occasion }, clock(), stopLinks);
    },
    record: (reissueId, occasion, channel, at) =>
      insertNotification(db, { reissue_id: reissueId, moment: occasion, channel, sent_at: at }),
  };
}
