import type { Reissue } from '#libs/client';
import type { Old } from '../words/cases.js';

/** How the certificate stands that the new one replaces, as the gateway said it last. */
export function oldOf(reissue: Pick<Reissue, 'oldCertificate' | 'basis'> | undefined): Old {
  if (reissue?.oldCertificate) return reissue.oldCertificate.standing;
  return reissue?.basis ? 'NONE' : 'UNTOUCHED';
}
