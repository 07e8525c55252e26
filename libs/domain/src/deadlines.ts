import type { Reason } from './states.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long each wait may last. All in milliseconds. */
export interface Deadlines {
  /** From the start until ISSUED. */
  readonly untilIssuedMs: number;
  /** From ISSUED, if the customer still has a certificate in force or never downloaded the new one. */
  readonly untilRegisteredMs: number;
  /** From ISSUED, if the new certificate is downloaded and the customer has no other in force. */
  readonly untilRegisteredWithoutOldMs: number;
  /** From ISSUED until each reminder. */
  readonly remindersMs: readonly number[];
  /** How long a parked reissue waits for an operator. */
  readonly untilAbandonedMs: number;
}

export const defaultDeadlines: Deadlines = {
  untilIssuedMs: 30 * minute,
  untilRegisteredMs: day,
  untilRegisteredWithoutOldMs: 7 * day,
  remindersMs: [hour, 12 * hour],
  untilAbandonedMs: 72 * hour,
};

/** The change of the old certificate as soon as identity is verified; undefined if this reason needs none. */
export function earlyRevocation(reason: Reason): 'REVOKE' | 'HOLD' | undefined {
  if (reason === 'KEY_COMPROMISED') return 'REVOKE';
  if (reason === 'LOST') return 'HOLD';
  return undefined;
}
