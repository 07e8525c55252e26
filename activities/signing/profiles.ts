import { canonicalProfile, parseProfile, profileDigest, type CertificateProfile } from '#libs/ca';
import type { RoleTx } from '#libs/db';
import { insertProfile, findProfiles, type RelatedCertificate } from '#libs/db/certificates';

/**
 * The profiles that certificates are made by. A reissue goes on by the profile that its first intent named, also
 * after another one was configured.
 */
export interface Profiles {
  /** Reads the profiles these certificates were begun with, as far as they are not known yet. */
  load(tx: RoleTx<'signer'>, certificates: readonly RelatedCertificate[]): Promise<void>;
  /** @param begun the first certificate of the reissue, if there was one */
  of(begun: RelatedCertificate | undefined): CertificateProfile;
  /** Keeps the configured profile in the transaction that writes the first intent by it. */
  keep(tx: RoleTx<'signer'>, now: Date): Promise<void>;
}

export function createProfiles(configured: CertificateProfile): Profiles {
  const current = { digest: profileDigest(configured), document: canonicalProfile(configured) };
  const known = new Map<string, CertificateProfile>([[current.digest, configured]]);

  return {
    async load(tx, certificates) {
      const digests = new Set(certificates.map((certificate) => certificate.profile_digest));
      const unknown = [...digests].filter((digest) => !known.has(digest));
      if (unknown.length === 0) return;
      for (const { digest, document } of await findProfiles(tx, unknown))
        known.set(digest, parseProfile(document));
    },
    // A certificate from before profiles were kept names one that is gone: then the configured one is all there is.
    of: (begun) => (begun && known.get(begun.profile_digest)) ?? configured,
    keep: (tx, now) => insertProfile(tx, current, now),
  };
}
