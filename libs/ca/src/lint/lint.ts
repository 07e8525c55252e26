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
 * Checks a certificate before it is signed: gives it the signature of a temporary key, parses it with other code than the
 * code that built it, and checks every rule. This finds mistakes before a real certificate has them. After signing, the
 * signer checks with {@link assertOnlySignatureDiffers} that the certificate is the linted one.
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
  const certificate = parsed(assembleCertificate(tbs, algorithm, temporarySignature(algorithm)));
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

const temporarySignatures = new Map<SignatureAlgorithm, Buffer>();

/**
 * A signature by a key that is discarded at once. Its form is all that matters, because no rule depends on its value, so
 * one for each algorithm is enough.
 */
function temporarySignature(algorithm: SignatureAlgorithm): Buffer {
  const kept = temporarySignatures.get(algorithm);
  if (kept) return kept;
  const made = sign(hashOf(algorithm), Buffer.alloc(0), newKey(algorithm));
  temporarySignatures.set(algorithm, made);
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
