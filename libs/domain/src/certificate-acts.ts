/** Why a certificate may be revoked here (RFC 5280 section 5.3.1). The others are a CA's or an attribute authority's. */
export const revocationReasons = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const;
export type ReasonToRevoke = (typeof revocationReasons)[number];

/** What can be done to a certificate once it is signed: revoke it for good, suspend it, lift the suspension. */
export const certificateActs = ['revoke', 'hold', 'release'] as const;
export type CertificateAct = (typeof certificateActs)[number];

/** Where a certificate stands. `NOT_ISSUED`: it is being signed, and nobody has it yet. */
export const certificateStatusNames = ['NOT_ISSUED', 'VALID', 'ON_HOLD', 'REVOKED', 'EXPIRED'] as const;
export type CertificateStatus = (typeof certificateStatusNames)[number];

/** Why an act is refused and changes nothing, as far as the certificate itself tells. */
export type ActRefusal =
  | 'NOT_ISSUED'
  | 'ALREADY_REVOKED'
  | 'ALREADY_ON_HOLD'
  | 'NOT_ON_HOLD'
  /** Nobody accepts it any more, and a CRL need not list it (RFC 5280 section 3.3). */
  | 'EXPIRED';

/** A revocation is final: nothing leads out of REVOKED. A hold ends by a release or by a revocation. */
const acts: Readonly<Record<CertificateAct, Readonly<Record<CertificateStatus, 'DONE' | ActRefusal>>>> = {
  revoke: {
    NOT_ISSUED: 'NOT_ISSUED',
    VALID: 'DONE',
    ON_HOLD: 'DONE',
    REVOKED: 'ALREADY_REVOKED',
    EXPIRED: 'EXPIRED',
  },
  hold: {
    NOT_ISSUED: 'NOT_ISSUED',
    VALID: 'DONE',
    ON_HOLD: 'ALREADY_ON_HOLD',
    REVOKED: 'ALREADY_REVOKED',
    EXPIRED: 'EXPIRED',
  },
  release: {
    NOT_ISSUED: 'NOT_ISSUED',
    VALID: 'NOT_ON_HOLD',
    ON_HOLD: 'DONE',
    REVOKED: 'ALREADY_REVOKED',
    EXPIRED: 'EXPIRED',
  },
};

/** What becomes of an act on a certificate that stands like this. */
export function outcomeOfAct(act: CertificateAct, status: CertificateStatus): 'DONE' | ActRefusal {
  return acts[act][status];
}

/** A certificate as far as its standing depends on it. */
export interface CertificateStatusFields {
  readonly state: 'INTENT' | 'STORED' | 'ABANDONED';
  readonly not_after: Date;
  readonly hold_at: Date | null;
  readonly revoked_at: Date | null;
}

export function certificateStatusOf(certificate: CertificateStatusFields, now: Date): CertificateStatus {
  if (certificate.revoked_at) return 'REVOKED';
  if (certificate.state !== 'STORED') return 'NOT_ISSUED';
  if (certificate.not_after <= now) return 'EXPIRED';
  return certificate.hold_at ? 'ON_HOLD' : 'VALID';
}

/** How many calendar months a certificate may be on hold until it is revoked. */
export const defaultHoldMonths = 6;

const koreaOffsetMs = 9 * 3_600_000;

/**
 * When a hold that nobody released becomes a revocation: as many calendar months later by the clock in Korea, at the
 * same time of day; on the last day of a month that is too short (31 August and six months is 28 or 29 February).
 */
export function endOfHold(heldAt: Date, months: number): Date {
  const korean = new Date(heldAt.getTime() + koreaOffsetMs);
  const [year, month] = [korean.getUTCFullYear(), korean.getUTCMonth() + months];
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const end = new Date(korean);
  end.setUTCFullYear(year, month, Math.min(korean.getUTCDate(), lastOfMonth));
  return new Date(end.getTime() - koreaOffsetMs);
}
