import type { Reissue } from '#libs/client';
import type { OldCertificateCase } from '../words/cases.js';

/** How the certificate stands that the new one replaces, as the gateway said it last. */
export function oldCertificateCaseOf(
  reissue: Pick<Reissue, 'oldCertificate' | 'basis'> | undefined,
): OldCertificateCase {
  if (reissue?.oldCertificate) return reissue.oldCertificate.standing;
  return reissue?.basis ? 'NONE' : 'UNTOUCHED';
}
