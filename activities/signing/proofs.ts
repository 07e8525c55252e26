import type { CustomerToCertify, ProvedConsent, ReissueToSign, SigningProofs } from '#libs/db/certificates';
import { assessIdentity } from '#libs/domain';
import { mandatoryTextsInForce, type MandatoryText, type TermsCatalogue } from '#libs/terms';

/** Tolerated difference between the clocks of gateway and worker when a text comes into force, in milliseconds. */
const clockToleranceMs = 60_000;

/**
 * The first missing proof that a certificate needs before it is signed; undefined if none is. The worker's columns
 * for identity, password and consents are not enough: each step needs a recorded answer that the gateway received for
 * the key of this reissue and whose verdict is final. So neither role alone can cause the issue of a certificate.
 */
export function missingProof(
  reissue: ReissueToSign,
  customer: CustomerToCertify,
  proofs: SigningProofs | undefined,
  terms: TermsCatalogue,
): string | undefined {
  if (proofs?.isOlder) return undefined;
  const resetting = proofs?.passwords.includes('RESET') ?? false;
  const verified = (proofs?.methods ?? []).filter(({ ci }) => ci === customer.ci).map(({ method }) => method);
  const { identity_rule: rule, effective_reason: reason } = reissue;
  const progress = { verified, locked: [], resetting };
  if (!rule || verified.length === 0 || !assessIdentity(rule, verified, progress).complete)
    return 'the proof of the identity is missing';
  // A signature with the old key also proves its password, unless the key may be compromised.
  const byOldKey = verified.includes('OLD_CERTIFICATE') && reason === 'EXPIRED';
  if (!byOldKey && !proofs?.passwords.length) return 'the proof of the certificate password is missing';
  if (!proofs?.requestedAt) return 'the proof of the request is missing';
  if (!agreedToAll(proofs.consents, terms, proofs.requestedAt)) return 'the proof of the consents is missing';
  return undefined;
}

/** Whether the consents include all mandatory texts that were in force when the certificate was requested. */
function agreedToAll(consents: readonly ProvedConsent[], terms: TermsCatalogue, requestedAt: Date): boolean {
  const isAgreed = ({ termsId, version, digests }: MandatoryText) =>
    consents.some(
      (consent) =>
        consent.termsId === termsId && consent.version === version && digests.includes(consent.digest),
    );
  return [0, -clockToleranceMs, clockToleranceMs]
    .map((differenceMs) => new Date(requestedAt.getTime() + differenceMs))
    .some((at) => mandatoryTextsInForce(terms, 'issuance', at).every(isAgreed));
}
