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

/** A public key of the issuer that signs staff in, and what its ID tokens have to say. */
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

/** A proof does not show that this person confirmed, or approved, this plan. */
export class InvalidProof extends Error {
  override readonly name = 'InvalidProof';
}

/** What a proof must show. */
export interface ProofClaim {
  readonly act: ProvenAct;
  /** Of the plan. */
  readonly digest: string;
  /** `staff:<subject>` */
  readonly actor: string;
}

/** The claims without which an ID token proves nothing. */
export const claimsOfProof = ['sub', 'iat', 'exp', 'nonce'];

/** The id of the key that a token says it was signed by; undefined if it is no token. */
export function keyIdOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

/**
 * Whether the issuer's ID token is of this person, this act and this plan, and names the role that it takes.
 *
 * @throws {InvalidProof}
 */
export function checkProof(
  payload: JWTPayload,
  { act, digest, actor }: ProofClaim,
  rolesClaim: string,
): void {
  const { sub, nonce, [rolesClaim]: roles } = payload;
  if (`staff:${sub}` !== actor) throw new InvalidProof(`it is of another person than ${actor}`);
  if (nonce !== proofNonceOf(act, digest)) throw new InvalidProof('it is of another act or plan');
  if (!Array.isArray(roles) || !roles.includes(roleToProve[act]))
    throw new InvalidProof(`the issuer did not name the person ${roleToProve[act]}`);
}

/**
 * Verifies a proof that was kept: an ID token that the issuer signed for this person, this act and this plan. It was valid
 * when it was issued; that it has run out since says nothing, for it is of one plan only.
 *
 * @param keys of the issuer
 * @returns when the person signed in for it
 * @throws {InvalidProof} whatever is wrong with it
 */
export async function verifyProof(
  token: string,
  claim: ProofClaim,
  keys: readonly StaffKey[],
): Promise<Date> {
  const key = keys.find(({ jwk }) => jwk.kid === keyIdOf(token));
  if (!key) throw new InvalidProof('it was signed by no key of the issuer that is known');
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
