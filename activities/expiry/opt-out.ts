import { dayAfterExpiry } from '#libs/domain';
import type { HolderToNotify } from '#libs/db/certificates';

/**
 * Whether a holder is sent the message of an announcement. A holder opted out if the bank's files say so, or if the reissue
 * that made the certificate asked for the consent and did not get it, or the consent was withdrawn since. A holder who
 * opted out is notified on the day after the expiry only: the certificate no longer works.
 */
export const isNotified = ({ expiry_notices, asked, agreed }: HolderToNotify, daysLeft: number): boolean =>
  daysLeft === dayAfterExpiry || (expiry_notices && (!asked || agreed === true));
