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

/** The longest wait before the certificate is signed, which access tokens outlive. Hours. */
export const maximumWaitHours = 72;

/** The columns of a reissue that decide whether it waits. */
export interface CoolingReissue {
  /** Milliseconds, in decimal digits; null if no wait is required. */
  readonly required_wait_ms: string | null;
  /** When the latest wait began. */
  readonly cooling_off_since: Date | null;
  readonly cooling_off_until: Date | null;
}

/**
 * The wait of a reissue when a decision requires one of these hours. The greatest of several waits counts, from the
 * beginning of the latest on. A decision that requires no more than earlier ones lengthens nothing, not even a wait that an approver
 * has brought forward.
 */
export function withWait(
  { required_wait_ms: required, cooling_off_since: since }: CoolingReissue,
  hours: number,
): { readonly required_wait_ms: string; readonly cooling_off_until?: Date } | undefined {
  const waitMs = Math.min(hours, maximumWaitHours) * hour;
  if (waitMs <= Number(required ?? 0)) return undefined;
  return {
    required_wait_ms: String(waitMs),
    ...(since ? { cooling_off_until: new Date(since.getTime() + waitMs) } : {}),
  };
}

/**
 * Until when the customer must wait before the certificate is signed: the required time from the request for the certificate
 * on, or until when an approver has brought it forward.
 *
 * @returns undefined if no wait is required
 */
export function coolingOffEnd(
  { required_wait_ms: required, cooling_off_until: until }: CoolingReissue,
  now: Date,
): Date | undefined {
  if (required === null) return undefined;
  return until ?? new Date(now.getTime() + Number(required));
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
