import type { CertificateRow } from '../rows.js';

/** The certificates that clients see with a reissue: the new one, and the one that it replaces. */
export interface ShownCertificates {
  readonly certificate?: Pick<CertificateRow, 'serial' | 'subject' | 'not_before' | 'not_after'> | undefined;
  readonly old?:
    Pick<CertificateRow, 'serial' | 'state' | 'not_after' | 'hold_at' | 'revoked_at'> | undefined;
}

/** What a query of a reissue selects that joins its certificates as `new` and `old`. */
export const shownColumns = [
  'new.subject',
  'new.not_before',
  'new.not_after',
  'old.state as old_state',
  'old.not_after as old_not_after',
  'old.hold_at as old_hold_at',
  'old.revoked_at as old_revoked_at',
] as const;

interface SelectedCertificates {
  readonly serial: string | null;
  readonly old_serial: string | null;
  readonly subject: string | null;
  readonly not_before: Date | null;
  readonly not_after: Date | null;
  readonly old_state: CertificateRow['state'] | null;
  readonly old_not_after: Date | null;
  readonly old_hold_at: Date | null;
  readonly old_revoked_at: Date | null;
}

/** Separates the {@link shownColumns} of a row from the reissue. */
export function splitShown<Found extends SelectedCertificates>(found: Found) {
  const { subject, not_before, not_after, old_state, old_not_after, old_hold_at, old_revoked_at, ...row } =
    found;
  const { serial, old_serial } = found;
  const certificates: ShownCertificates = {
    certificate:
      serial && subject && not_before && not_after ? { serial, subject, not_before, not_after } : undefined,
    old:
      old_serial && old_state && old_not_after
        ? {
            serial: old_serial,
            state: old_state,
            not_after: old_not_after,
            hold_at: old_hold_at,
            revoked_at: old_revoked_at,
          }
        : undefined,
  };
  return { row, certificates };
}
