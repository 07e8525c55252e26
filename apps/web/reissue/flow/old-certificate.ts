import type { Reissue } from '#libs/client';
import type { OldCertificateCase } from '../words/cases.js';

/** The status of the certificate that the new one replaces, by the reissue as the gateway sent it last. */
export function oldCertificateCaseOf(
  reissue: Pick<Reissue, 'oldCertificate' | 'basis'> | undefined,
): OldCertificateCase {
  if (reissue?.oldCertificate) return reissue.oldCertificate.standing;
  return reissue?.basis ? 'NONE' : 'UNTOUCHED';
}
