import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import {
  algorithmIdentifier,
  assembleCertificate,
  type CertificateContents,
  type IssuerIdentity,
} from '../certificate.js';
import { FormatError, DerReader, tags } from '#libs/der';
import { hashOf, type SignatureAlgorithm } from '../key-store.js';
import type { CertificateProfile } from '../profile.js';
import { bodyRules } from './body-rules.js';
import { extensionRules } from './extension-rules.js';
import { parseCertificate, type ParsedCertificate } from './parsed-certificate.js';
import type { Intention, LintFinding, LintRule } from './rule.js';
import { subjectRules } from './subject-rules.js';

/** The certificate can be parsed. The other rules are checked only if it can. */
const readable: LintFinding = { id: 'x690.der', source: 'X.690 section 10; RFC 5280 section 4.1' };

/** All rules for personal certificates, in the order in which they are checked. */
export const lintRules: readonly LintRule[] = [...bodyRules, ...subjectRules, ...extensionRules];

/**
 * Checks a certificate before it is signed: signs it with a temporary key, parses it with other code than the code that
 * built it, and checks every rule. This finds mistakes before a real certificate has them. After signing, the signer
 * checks with {@link assertOnlySignatureDiffers} that the certificate is the linted one.
 *
 * @param tbs the to-be-signed part; profile, issuer and contents are its intended values
 * @returns the broken rules; empty if the certificate may be signed
 */
export function lintCertificate(
  profile: CertificateProfile,
  issuer: IssuerIdentity,
  contents: CertificateContents,
  tbs: Buffer,
  now: Date,
): readonly LintFinding[] {
  const { algorithm } = issuer;
  const signature = sign(hashOf(algorithm), tbs, throwAwayKey(algorithm));
  const certificate = parsed(assembleCertificate(tbs, algorithm, signature));
  if (!certificate) return [readable];
  const intention = { profile, issuer, contents, now };
  const broken = lintRules.filter((rule) => !holds(rule, certificate, intention));
  return broken.map(({ id, source }) => ({ id, source }));
}

/**
 * Checks that a certificate differs from the linted one only in its signature.
 * @param tbs the to-be-signed part that was linted
 * @throws Error if there is another difference
 */
export function assertOnlySignatureDiffers(
  tbs: Buffer,
  algorithm: SignatureAlgorithm,
  certificate: Buffer,
): void {
  const fields = DerReader.ofSingle(certificate, tags.sequence);
  const same =
    fields.whole(tags.sequence).equals(tbs) &&
    fields.whole(tags.sequence).equals(algorithmIdentifier(algorithm)) &&
    fields.bits().length > 0;
  fields.end();
  if (!same) throw new Error('the certificate is not the one that was linted');
}

function parsed(certificate: Buffer): ParsedCertificate | undefined {
  try {
    return parseCertificate(certificate);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function holds(rule: LintRule, certificate: ParsedCertificate, intention: Intention): boolean {
  try {
    return rule.check(certificate, intention);
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

const throwAwayKeys = new Map<SignatureAlgorithm, KeyObject>();

/** One key for each algorithm and process. The first RSA key takes a moment. */
function throwAwayKey(algorithm: SignatureAlgorithm): KeyObject {
  const kept = throwAwayKeys.get(algorithm);
  if (kept) return kept;
  const made = newKey(algorithm);
  throwAwayKeys.set(algorithm, made);
  return made;
}

function newKey(algorithm: SignatureAlgorithm): KeyObject {
  switch (algorithm) {
    case 'ecdsaWithSHA256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    case 'ecdsaWithSHA384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    case 'sha256WithRSAEncryption':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  }
}
