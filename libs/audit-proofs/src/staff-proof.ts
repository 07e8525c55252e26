import { proofNonceOf, roleToProve, type ProvenAct } from '#libs/domain';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWK,
  type JWTPayload,
} from 'jose';

/** A public key of the staff's issuer, and the required claims of its ID tokens. */
export interface StaffKey {
  readonly jwk: JWK & { readonly kty: string; readonly kid: string };
  readonly issuer: string;
  /** The console's client id at the issuer. */
  readonly audience: string;
  /** The claim that lists a person's roles. */
  readonly rolesClaim: string;
}

/** Asymmetric signatures only (RFC 8725 section 3.1). */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS256'];

/** A proof does not show that the person confirmed or approved the plan. */
export class InvalidProof extends Error {
  override readonly name = 'InvalidProof';
}

/** The claim that a proof must show. */
export interface ProofClaim {
  readonly act: ProvenAct;
  /** Digest of the plan. */
  readonly digest: string;
  /** `staff:<subject>` */
  readonly actor: string;
}

/** The claims that an ID token needs as a proof. */
export const claimsOfProof = ['sub', 'iat', 'exp', 'nonce'];

/** The key id in a token's header; undefined if the text is not a token. */
export function keyIdOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

/**
 * Checks that an ID token is for this person, act and plan, and has the required role.
 *
 * @throws {InvalidProof}
 */
export function checkProof(
  payload: JWTPayload,
  { act, digest, actor }: ProofClaim,
  rolesClaim: string,
): void {
  const { sub, nonce, [rolesClaim]: roles } = payload;
  if (`staff:${sub}` !== actor) throw new InvalidProof(`the proof is by another person than ${actor}`);
  if (nonce !== proofNonceOf(act, digest)) throw new InvalidProof('the proof is for another act or plan');
  if (!Array.isArray(roles) || !roles.includes(roleToProve[act]))
    throw new InvalidProof(`the proof does not show the role ${roleToProve[act]}`);
}

/**
 * Verifies a stored proof: an ID token that the issuer signed for this person, act and plan. It must have been valid when it
 * was issued. It may have expired since, because it is valid for one plan only.
 *
 * @param keys the issuer's keys
 * @returns the time of the sign-in
 * @throws {InvalidProof} for any error
 */
export async function verifyProof(
  token: string,
  claim: ProofClaim,
  keys: readonly StaffKey[],
): Promise<Date> {
  const key = keys.find(({ jwk }) => jwk.kid === keyIdOf(token));
  if (!key) throw new InvalidProof('no known key of the issuer signed the proof');
  try {
    const { iat: issuedAt = 0 } = decodeJwt(token);
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [key.jwk] }), {
      issuer: key.issuer,
      audience: key.audience,
      algorithms,
      requiredClaims: claimsOfProof,
      currentDate: new Date(issuedAt * 1_000),
    });
    checkProof(payload, claim, key.rolesClaim);
    return new Date(issuedAt * 1_000);
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new InvalidProof(error.message, { cause: error });
  }
}
