import { randomInt } from 'node:crypto';
import {
  buildCertificate,
  crlShardOf,
  sha256Hex,
  lintCertificate,
  nameText,
  personalName,
  profileDigest,
  subjectDigits,
  type CertificateProfile,
  type DistinguishedName,
  type IssuingAuthority,
  type RequestedKey,
  type Validity,
} from '#libs/ca';
import type { NewCertificate } from '#libs/db/certificates';

/** The issuing CA and the profile of a certificate. */
export interface IssuerAndProfile {
  readonly authority: IssuingAuthority;
  readonly profile: CertificateProfile;
}

/** The content of a certificate that its profile and issuer do not determine. */
interface CertificateInput {
  readonly serial: string;
  readonly request: RequestedKey;
  readonly validity: Validity;
  readonly realName: string;
  readonly virtualId: Buffer;
  /** The digits in the subject, if the holder has a certificate with digits. */
  readonly digits: string | undefined;
}

type BuiltColumns = Omit<NewCertificate, 'reissue_id' | 'customer_id' | 'basis' | 'state' | 'created_at'>;

/** The to-be-signed part of a certificate and the columns of its row. */
export interface BuiltCertificate {
  readonly tbs: Buffer;
  readonly columns: BuiltColumns;
}

/** The certificate cannot or must not be issued; a retry does not help. */
export class NotBuildable extends Error {
  override readonly name = 'NotBuildable';
  constructor(
    readonly type: 'CERTIFICATE_NOT_BUILDABLE' | 'LINT_FAILED',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Builds the to-be-signed certificate and lints it.
 * @throws {NotBuildable} if its name or dates are not valid, it would outlive its CA, or it breaks a rule
 */
export function buildAndLint(
  { authority, profile }: IssuerAndProfile,
  input: CertificateInput,
  now: Date,
): BuiltCertificate {
  const { serial, request, validity, realName, virtualId } = input;
  const { contents, tbs } = orNotBuildable(() => {
    const subject = subjectOf({ authority, profile }, input);
    const contents = { serial, subject, validity, spki: request.spki, realName, virtualId };
    return { contents, tbs: buildCertificate(profile, authority.identity, contents) };
  });
  const broken = lintCertificate(profile, authority.identity, contents, tbs, now);
  if (broken.length > 0) {
    const rules = broken.map(({ id }) => id).join(', ');
    throw new NotBuildable('LINT_FAILED', `the certificate would break ${rules}`);
  }
  return {
    tbs,
    columns: {
      serial,
      issuer: authority.subject,
      profile: profile.id,
      profile_digest: digestOfProfile(profile),
      policy: profile.policy,
      subject: nameText(contents.subject),
      spki_sha256: request.spkiSha256,
      tbs_digest: sha256Hex(tbs),
      crl_shard: crlShardOf(serial, profile.crlShards),
      not_before: validity.notBefore,
      not_after: validity.notAfter,
    },
  };
}

const digests = new WeakMap<CertificateProfile, string>();

/** A profile never changes, so its digest is computed only once. */
function digestOfProfile(profile: CertificateProfile): string {
  const known = digests.get(profile);
  if (known) return known;
  const digest = profileDigest(profile);
  digests.set(profile, digest);
  return digest;
}

/** The distinguished name of a person, with new digits unless the person has digits already. */
function subjectOf(
  { authority, profile }: IssuerAndProfile,
  { realName, digits, validity }: CertificateInput,
): DistinguishedName {
  const { bank, registrationCode } = profile;
  const newDigits = () =>
    subjectDigits(bank.code, registrationCode, validity.notBefore, randomInt(1_000_000_000));
  return personalName({
    name: realName,
    latinName: '',
    digits: digits ?? newDigits(),
    bank: bank.name,
    organisation: authority.organisation,
  });
}

/** Turns a RangeError of the CA, for which a retry is useless, into NotBuildable. */
function orNotBuildable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new NotBuildable('CERTIFICATE_NOT_BUILDABLE', error.message);
  }
}
