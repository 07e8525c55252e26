import {
  digitsOfSubject,
  validity,
  type IssuingAuthority,
  type RefusedRequest,
  type RequestedKey,
  type RequestRefusal,
} from '#libs/ca';
import type {
  CertificateRequestRow,
  CustomerToCertify,
  Intent,
  ReissueToSign,
  RelatedCertificate,
  SigningProofs,
} from '#libs/db/certificates';
import { decideBasis, endDateForBasis } from '#libs/domain';
import type { TermsCatalogue } from '#libs/terms';
import { buildAndLint, NotBuildable, type IssuerAndProfile } from './build-and-lint.js';
import { intentLifetimeMs } from './ports.js';
import { missingProof } from './proofs.js';

/** A reissue whose certificate request was checked, with the serial number of its future certificate. */
export interface SigningCandidate {
  /** The row as it was when the request was checked. */
  readonly checkedRow: CertificateRequestRow;
  readonly request: RequestedKey | RefusedRequest;
  readonly serial: string;
}

/** The data that decides on a candidate, read under the locks on customer and reissue. */
export interface SigningFacts extends IssuerAndProfile {
  readonly reissue: ReissueToSign;
  readonly customer: CustomerToCertify | undefined;
  /** The proofs of the reissue's steps, from records other than its row. */
  readonly proofs: SigningProofs | undefined;
  readonly terms: TermsCatalogue;
  /** The active certificate of this reissue: stored, or an open intent. */
  readonly live: RelatedCertificate | undefined;
  readonly onFile: RelatedCertificate | undefined;
  readonly keyBlocked: boolean;
  /** Whether another reissue or an enrolment has used this key. */
  readonly keyUsed: boolean;
  /** How far `notBefore` is in the past, in milliseconds. */
  readonly backdateMs?: number | undefined;
}

export type SigningDecision =
  | { readonly kind: 'stored'; readonly serial: string }
  | { readonly kind: 'underWay'; readonly retryInMs: number }
  /** The customer can send another request. */
  | { readonly kind: 'refused'; readonly code: RequestRefusal }
  /** The customer cannot solve this; an operator must. */
  | { readonly kind: 'impossible'; readonly type: ImpossibleType; readonly message: string }
  | {
      readonly kind: 'intended';
      readonly authority: IssuingAuthority;
      readonly intent: Intent;
      readonly tbs: Buffer;
    };
type ImpossibleType = 'NOT_AUTHORISED' | NotBuildable['type'];

/** Decides whether to sign a certificate for a candidate, and builds it. */
export function decideSigning(candidate: SigningCandidate, facts: SigningFacts, now: Date): SigningDecision {
  const { live } = facts;
  if (live?.state === 'STORED') return { kind: 'stored', serial: live.serial };
  if (live && !isStale(live, now)) {
    return { kind: 'underWay', retryInMs: intentLifetimeMs - ageOf(live, now) };
  }

  const missing = missingRequirement(candidate, facts, now);
  const { customer, reissue } = facts;
  if (missing || !customer || !reissue.virtual_id) {
    const message = `the certificate cannot be signed: ${missing ?? 'the VID is missing'}`;
    return { kind: 'impossible', type: 'NOT_AUTHORISED', message };
  }
  const { onFile, authority, profile } = facts;
  const { request } = candidate;
  if (!request.ok) return { kind: 'refused', code: request.code };
  if (!profile.keyTypes.includes(request.keyType)) return { kind: 'refused', code: 'KEY_TYPE_NOT_ALLOWED' };
  if (facts.keyBlocked) return { kind: 'refused', code: 'KEY_BLOCKED' };
  if (facts.keyUsed) return { kind: 'refused', code: 'KEY_ALREADY_USED' };

  const oldEnd = endDateForBasis(
    onFile && { notAfter: onFile.not_after, revocationReason: onFile.revocation_reason },
  );
  const basis = decideBasis(oldEnd, now);
  try {
    const input = {
      serial: candidate.serial,
      request,
      validity: validity(basis, oldEnd, now, profile.validityYears, {
        backdateMs: facts.backdateMs,
        notBeforeOfIssuer: authority.notBefore,
      }),
      realName: customer.name,
      virtualId: reissue.virtual_id,
      // A holder keeps the digits of the certificate on file.
      digits: onFile && digitsOfSubject(onFile.subject),
    };
    const { tbs, columns } = buildAndLint(facts, input, now);
    const { reissue_id } = reissue;
    const { customer_id } = customer;
    const intent = { ...columns, reissue_id, customer_id, basis, created_at: now };
    return { kind: 'intended', authority, intent, tbs };
  } catch (error) {
    if (!(error instanceof NotBuildable)) throw error;
    return { kind: 'impossible', type: error.type, message: error.message };
  }
}

/** Whether an intent is so old that the attempt that wrote it has ended. */
export function isStale(intent: RelatedCertificate, now: Date): boolean {
  return ageOf(intent, now) >= intentLifetimeMs;
}

const ageOf = (intent: RelatedCertificate, now: Date) => now.getTime() - intent.created_at.getTime();

/** By how much the clocks of worker and signer may differ. Milliseconds. */
const clockDifferenceMs = 60_000;

function missingRequirement(
  { checkedRow }: SigningCandidate,
  { reissue, customer, proofs, terms }: SigningFacts,
  now: Date,
): string | undefined {
  if (reissue.state !== 'ISSUING') return `the reissue is in the state ${reissue.state}`;
  if (!customer || reissue.customer_id !== customer.customer_id) return 'the customer is missing';
  if (!reissue.identity_verified_at) return 'the identity verification is missing';
  if (!reissue.password_verified_at) return 'the certificate password is missing';
  if (!reissue.consents_completed_at) return 'the consents are missing';
  const waited = reissue.cooling_off_until?.getTime() ?? Infinity;
  if (reissue.required_wait_ms !== null && waited > now.getTime() + clockDifferenceMs)
    return 'the required wait is not over';
  if (reissue.csr !== checkedRow.csr || reissue.key_thumbprint !== checkedRow.key_thumbprint) {
    return 'the request has changed since it was checked';
  }
  return missingProof(reissue, customer, proofs, terms);
}
