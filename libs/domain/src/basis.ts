/** The kinds of certificate that a reissue ends in. */
export const bases = ['REISSUE', 'RENEW', 'NEW'] as const;
export type Basis = (typeof bases)[number];

/** With at most this many days left, a certificate is renewed instead of reissued. */
export const renewalWindowDays = 30;

const dayMs = 86_400_000;

/** The fields of the certificate on file that decide the end date of a new one. */
interface EndingCertificate {
  readonly notAfter: Date;
  readonly revocationReason: string | null;
}

/** The end date that decides the basis: that of a certificate that is valid, on hold, or revoked by its holder. */
export function endDateForBasis(onFile: EndingCertificate | undefined): Date | undefined {
  const byHolder = onFile && (!onFile.revocationReason || onFile.revocationReason === 'keyCompromise');
  return byHolder ? onFile.notAfter : undefined;
}

/**
 * Decides the basis from {@link endDateForBasis}. More than 30 days left: the same end date (REISSUE). 30 days or less
 * left: a year from the old end date (RENEW). Expired or none: a year from now (NEW).
 */
export function decideBasis(notAfter: Date | undefined, now: Date): Basis {
  if (!notAfter || notAfter.getTime() <= now.getTime()) return 'NEW';
  return notAfter.getTime() - now.getTime() > renewalWindowDays * dayMs ? 'REISSUE' : 'RENEW';
}
