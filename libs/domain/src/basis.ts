/** Which certificate comes out of a reissue. */
export const bases = ['REISSUE', 'RENEW', 'NEW'] as const;
export type Basis = (typeof bases)[number];

/** From how many days before its end a certificate is renewed rather than reissued. */
export const renewalWindowDays = 30;

const dayMs = 86_400_000;

/** The certificate on file, as far as its end date bears on a new one. */
interface EndingCertificate {
  readonly notAfter: Date;
  readonly revocationReason: string | null;
}

/** The end date of a certificate that is valid, on hold, or revoked by its holder; that of others counts for nothing. */
export function endDateForBasis(onFile: EndingCertificate | undefined): Date | undefined {
  const byHolder = onFile && (!onFile.revocationReason || onFile.revocationReason === 'keyCompromise');
  return byHolder ? onFile.notAfter : undefined;
}

/**
 * Decides the basis from the certificate on file. Valid, on hold, or revoked by its holder with more than 30
 * days left: the same end date (REISSUE). 30 days or less left: a year from the old end (RENEW).
 * Expired or none: a year from now (NEW).
 */
export function decideBasis(notAfter: Date | undefined, now: Date): Basis {
  if (!notAfter || notAfter.getTime() <= now.getTime()) return 'NEW';
  return notAfter.getTime() - now.getTime() > renewalWindowDays * dayMs ? 'REISSUE' : 'RENEW';
}
