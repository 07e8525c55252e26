import { canonicalProfile, parseProfile, profileDigest, type CertificateProfile } from '#libs/ca';
import type { RoleTx } from '#libs/db';
import { insertProfile, findProfiles, type RelatedCertificate } from '#libs/db/certificates';

/**
 * The profiles of certificates. A reissue keeps the profile of its first intent, even if another profile is configured
 * later.
 */
export interface Profiles {
  /** Reads the profiles of these certificates that are not known yet. */
  load(tx: RoleTx<'signer'>, certificates: readonly RelatedCertificate[]): Promise<void>;
  /** @param begun the first certificate of the reissue, if there is one */
  of(begun: RelatedCertificate | undefined): CertificateProfile;
  /** The digest of the configured profile. */
  readonly digest: string;
  /** Stores the configured profile in the transaction that writes its first intent. */
  keep(tx: RoleTx<'signer'>, now: Date): Promise<void>;
}

export function createProfiles(configured: CertificateProfile): Profiles {
  const current = { digest: profileDigest(configured), document: canonicalProfile(configured) };
  const known = new Map<string, CertificateProfile>([[current.digest, configured]]);

  return {
    digest: current.digest,
    async load(tx, certificates) {
      const digests = new Set(certificates.map((certificate) => certificate.profile_digest));
      const unknown = [...digests].filter((digest) => !known.has(digest));
      if (unknown.length === 0) return;
      for (const { digest, document } of await findProfiles(tx, unknown))
        known.set(digest, parseProfile(document));
    },
    // The profiles of the oldest certificates were not stored: the configured profile replaces them.
    of: (begun) => (begun && known.get(begun.profile_digest)) ?? configured,
    keep: (tx, now) => insertProfile(tx, current, now),
  };
}
