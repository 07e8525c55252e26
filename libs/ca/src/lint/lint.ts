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

/** That it can be read at all; the other rules are tried only if it can. */
const readable: LintFinding = { id: 'x690.der', source: 'X.690 section 10; RFC 5280 section 4.1' };

/** All rules for certificates of people, in the order in which they are tried. */
export const lintRules: readonly LintRule[] = [...bodyRules, ...subjectRules, ...extensionRules];

/**
 * Tries a certificate before it exists: signs it with a key that is thrown away, reads it back by other code than
 * that which made it, and holds it against every rule. A certificate that could not be taken back is never the
 * first to show a mistake. Whoever signs then proves with {@link assertOnlySignatureDiffers} that it is this one.
 *
 * @param tbs the to-be-signed part, of which the rest is what it was meant to be
 * @returns the rules it breaks; none if it may be signed
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
 * Proves that a certificate is the one that was linted, but for its signature.
 * @param tbs the to-be-signed part that was linted
 * @throws Error if it is not
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

/** One for each algorithm and process; for RSA the first takes a moment. */
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
