import {
  digitsOfSubject,
  validity,
  type IssuingAuthority,
  type RefusedRequest,
  type RequestedKey,
  type RequestRefusal,
} from '#libs/ca';
import type { NewCertificate, RelatedCertificate, SigningProofs } from '#libs/db/certificates';
import type { CustomerRow } from '#libs/db/customers';
import type { ReissueRow } from '#libs/db/reissues';
import { decideBasis, endDateForBasis } from '#libs/domain';
import type { TermsCatalogue } from '#libs/terms';
import { buildAndLint, NotBuildable, type IssuerAndProfile } from './build-and-lint.js';
import { intentLifetimeMs } from './ports.js';
import { missingProof } from './proofs.js';

/** A reissue whose request was checked, under the serial number its certificate will have. */
export interface SigningCandidate {
  /** The row as it was when the request was checked. */
  readonly asked: ReissueRow;
  readonly request: RequestedKey | RefusedRequest;
  readonly serial: string;
}

/** All that the decision on a candidate depends on, as it is while the person and the reissue are locked. */
export interface SigningFacts extends IssuerAndProfile {
  readonly reissue: ReissueRow;
  readonly customer: CustomerRow | undefined;
  /** What the records prove of it beside what its row says. */
  readonly proofs: SigningProofs | undefined;
  readonly terms: TermsCatalogue;
  /** The certificate of this reissue that lives: stored, or an intent whose signature is still under way. */
  readonly live: RelatedCertificate | undefined;
  readonly onFile: RelatedCertificate | undefined;
  readonly keyBlocked: boolean;
  /** Another reissue, or an enrolment, had this key before. */
  readonly keyUsed: boolean;
  /** By how much `notBefore` lies in the past, in milliseconds. */
  readonly backdateMs?: number | undefined;
}

/** The row of a certificate that is about to be signed for a reissue. */
type Intent = Omit<NewCertificate, 'state' | 'der' | 'reissue_id'> & { readonly reissue_id: string };

export type SigningDecision =
  | { readonly kind: 'stored'; readonly serial: string }
  | { readonly kind: 'underWay'; readonly retryInMs: number }
  /** The customer may send another request. */
  | { readonly kind: 'refused'; readonly code: RequestRefusal }
  /** Nothing the customer could do; an operator must see it. */
  | { readonly kind: 'impossible'; readonly type: ImpossibleType; readonly message: string }
  | {
      readonly kind: 'intended';
      readonly authority: IssuingAuthority;
      readonly intent: Intent;
      readonly tbs: Buffer;
    };
type ImpossibleType = 'NOT_AUTHORISED' | NotBuildable['type'];

/** Decides whether to sign, and what. */
export function decideSigning(
  candidate: SigningCandidate,
  standing: SigningFacts,
  now: Date,
): SigningDecision {
  const { live } = standing;
  if (live?.state === 'STORED') return { kind: 'stored', serial: live.serial };
  if (live && !isStale(live, now)) {
    return { kind: 'underWay', retryInMs: intentLifetimeMs - ageOf(live, now) };
  }

  const lacks = missingRequirement(candidate, standing);
  const { customer, reissue } = standing;
  if (lacks || !customer || !reissue.virtual_id) {
    const message = `the reissue is not ready to be signed: ${lacks ?? 'it lacks the VID'}`;
    return { kind: 'impossible', type: 'NOT_AUTHORISED', message };
  }
  const { onFile, authority, profile } = standing;
  const { request } = candidate;
  if (!request.ok) return { kind: 'refused', code: request.code };
  if (!profile.keyTypes.includes(request.keyType)) return { kind: 'refused', code: 'KEY_TYPE_NOT_ALLOWED' };
  if (standing.keyBlocked) return { kind: 'refused', code: 'KEY_BLOCKED' };
  if (standing.keyUsed) return { kind: 'refused', code: 'KEY_ALREADY_USED' };

  const oldEnd = endDateForBasis(
    onFile && { notAfter: onFile.not_after, revocationReason: onFile.revocation_reason },
  );
  const basis = decideBasis(oldEnd, now);
  try {
    const wanted = {
      serial: candidate.serial,
      request,
      validity: validity(basis, oldEnd, now, profile.validityYears, {
        backdateMs: standing.backdateMs,
        notBeforeOfIssuer: authority.notBefore,
      }),
      realName: customer.name,
      virtualId: reissue.virtual_id,
      // A holder keeps the digits for as long as there is a certificate on file to take them from.
      digits: onFile && digitsOfSubject(onFile.subject),
    };
    const { tbs, columns } = buildAndLint(standing, wanted, now);
    const { reissue_id } = reissue;
    const { customer_id } = customer;
    const intent = { ...columns, reissue_id, customer_id, basis, created_at: now };
    return { kind: 'intended', authority, intent, tbs };
  } catch (error) {
    if (!(error instanceof NotBuildable)) throw error;
    return { kind: 'impossible', type: error.type, message: error.message };
  }
}

/** Whether no attempt can still live to store what an intent announced. */
export function isStale(intent: RelatedCertificate, now: Date): boolean {
  return ageOf(intent, now) >= intentLifetimeMs;
}

const ageOf = (intent: RelatedCertificate, now: Date) => now.getTime() - intent.created_at.getTime();

function missingRequirement(
  { asked }: SigningCandidate,
  { reissue, customer, proofs, terms }: SigningFacts,
): string | undefined {
  if (reissue.state !== 'ISSUING') return `it is ${reissue.state}`;
  if (!customer || reissue.customer_id !== customer.customer_id) return 'it lacks the customer';
  if (!reissue.identity_verified_at) return 'it lacks the identity verification';
  if (!reissue.password_verified_at) return 'it lacks the certificate password';
  if (!reissue.consents_completed_at) return 'it lacks the consents';
  if (reissue.csr !== asked.csr || reissue.key_thumbprint !== asked.key_thumbprint) {
    return 'it lacks the request that was checked';
  }
  return missingProof(reissue, customer, proofs, terms);
}
