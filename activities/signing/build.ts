import { randomInt } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import {
  buildCertificate,
  crlShardOf,
  digestOf,
  nameText,
  newSerialNumber,
  personalName,
  profileDigest,
  subjectDigits,
  type DistinguishedName,
  type RequestedKey,
  type Validity,
} from '#libs/ca';
import type { NewCertificate } from '#libs/db';
import type { SigningPorts } from './ports.js';

type Builder = Pick<SigningPorts, 'authority' | 'profile'>;

/** The distinguished name of a person, with digits of their own unless they have some already. */
export function newSubject(
  name: string,
  { authority, profile }: Builder,
  now: Date,
  digits = subjectDigits(profile.bank.code, profile.registrationCode, now, randomInt(1_000_000_000)),
): DistinguishedName {
  return buildable(() =>
    personalName({
      name,
      latinName: '',
      digits,
      bank: profile.bank.name,
      organisation: authority.organisation,
    }),
  );
}

type BuiltColumns = Omit<NewCertificate, 'reissue_id' | 'customer_id' | 'basis' | 'state' | 'created_at'>;

/** The to-be-signed certificate under a new serial number, and what its row says about it. */
export function build(
  { authority, profile }: Builder,
  wanted: {
    subject: DistinguishedName;
    validity: Validity;
    request: RequestedKey;
    realName: string;
    virtualId: Buffer;
  },
): { tbs: Buffer; columns: BuiltColumns } {
  const serial = newSerialNumber();
  const { subject, validity, request, realName, virtualId } = wanted;
  const contents = { serial, subject, validity, spki: request.spki, realName, virtualId };
  const tbs = buildable(() => buildCertificate(profile, authority.identity, contents));
  const columns = {
    serial,
    issuer: authority.subject,
    profile: profile.id,
    profile_digest: profileDigest(profile),
    policy: profile.policy,
    subject: nameText(subject),
    spki_sha256: request.spkiSha256,
    tbs_digest: digestOf(tbs),
    crl_shard: crlShardOf(serial, profile.crlShards),
    not_before: validity.notBefore,
    not_after: validity.notAfter,
  };
  return { tbs, columns };
}

/** What cannot be built now cannot be built a second later either. */
function buildable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw ApplicationFailure.nonRetryable(error.message, 'CERTIFICATE_NOT_BUILDABLE');
  }
}
