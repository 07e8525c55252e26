/** The revocation reasons in use (RFC 5280 section 5.3.1). The other ones are for CAs and attribute authorities. */
export const revocationReasons = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const;
export type ReasonToRevoke = (typeof revocationReasons)[number];

/** The acts on a signed certificate: revoke it for good, suspend it, lift the suspension. */
export const certificateActs = ['revoke', 'hold', 'release'] as const;
export type CertificateAct = (typeof certificateActs)[number];

/** The statuses of a certificate. `NOT_ISSUED`: it is being signed, and no holder has it yet. */
export const certificateStatusNames = ['NOT_ISSUED', 'VALID', 'ON_HOLD', 'REVOKED', 'EXPIRED'] as const;
export type CertificateStatus = (typeof certificateStatusNames)[number];

/** Why the status of a certificate refuses an act. Nothing changes then. */
export type ActRefusal =
  | 'NOT_ISSUED'
  | 'ALREADY_REVOKED'
  | 'ALREADY_ON_HOLD'
  | 'NOT_ON_HOLD'
  /** An expired certificate is not accepted, and a CRL need not list it (RFC 5280 section 3.3). */
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

/** The outcome of an act on a certificate with this status. */
export function outcomeOfAct(act: CertificateAct, status: CertificateStatus): 'DONE' | ActRefusal {
  return acts[act][status];
}

/** The profile of a certificate that another CA made: nothing of our profiles, CRLs and OCSP answers is about it. */
export const externalProfile = 'external';

/** The columns of a certificate that decide its status. */
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

/** After how many calendar months on hold a certificate is revoked. */
export const defaultHoldMonths = 6;

const koreaOffsetMs = 9 * 3_600_000;

/**
 * When a hold that is not released becomes a revocation: `months` calendar months later in Korean time, at the same
 * time of day. A month that is too short ends it on its last day: 31 August and six months is 28 or 29 February.
 */
export function endOfHold(heldAt: Date, months: number): Date {
  const korean = new Date(heldAt.getTime() + koreaOffsetMs);
  const [year, month] = [korean.getUTCFullYear(), korean.getUTCMonth() + months];
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const end = new Date(korean);
  end.setUTCFullYear(year, month, Math.min(korean.getUTCDate(), lastOfMonth));
  return new Date(end.getTime() - koreaOffsetMs);
}
