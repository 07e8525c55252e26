import type { ProvedConsent, SigningProofs } from '#libs/db/certificates';
import type { CustomerRow } from '#libs/db/customers';
import type { ReissueRow } from '#libs/db/reissues';
import { assessIdentity } from '#libs/domain';
import { mandatoryTextsInForce, type MandatoryText, type TermsCatalogue } from '#libs/terms';

/** By how much the clocks of gateway and worker may differ when a text comes into force, in milliseconds. */
const clockToleranceMs = 60_000;

/**
 * What the records do not prove that must be proved before a certificate is signed. The worker's word that identity,
 * password and consents are complete is not enough: each has to rest on an answer that the gateway took in, for the key
 * of this reissue, and whose verdict can no longer change. So neither role alone can have a customer certified.
 */
export function missingProof(
  reissue: ReissueRow,
  customer: CustomerRow,
  proofs: SigningProofs | undefined,
  terms: TermsCatalogue,
): string | undefined {
  if (proofs?.isOlder) return undefined;
  const resetting = proofs?.passwords.includes('RESET') ?? false;
  const verified = (proofs?.methods ?? []).filter(({ ci }) => ci === customer.ci).map(({ method }) => method);
  const { identity_rule: rule, effective_reason: reason } = reissue;
  const progress = { verified, locked: [], resetting };
  if (!rule || verified.length === 0 || !assessIdentity(rule, verified, progress).complete)
    return 'it lacks proof of the identity';
  // A signature with the old key proves its password too, where the key cannot be in other hands.
  const byOldKey = verified.includes('OLD_CERTIFICATE') && reason === 'EXPIRED';
  if (!byOldKey && !proofs?.passwords.length) return 'it lacks proof of the certificate password';
  if (!proofs?.requestedAt) return 'it lacks proof of the request';
  if (!agreedToAll(proofs.consents, terms, proofs.requestedAt)) return 'it lacks proof of the consents';
  return undefined;
}

/** Whether all mandatory texts that were in force when the certificate was asked for are among the consents. */
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
