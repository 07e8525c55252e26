import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

/** What a token opens: one reissue, for the front end that started it. */
export interface Access {
  readonly reissueId: string;
  readonly apiKeyName: string;
}

const issuer = 'urn:reseal:gateway';
const audience = 'urn:reseal:reissue';
const algorithm = 'EdDSA';
const clockToleranceSeconds = 5;

/**
 * As long as a reissue can live: 30 minutes until it is issued, three days parked, then 7 days until it is registered,
 * and a margin.
 */
export const tokenLifetimeSeconds = 11 * 86_400;

/**
 * Access tokens: JWTs (RFC 7519) signed with EdDSA (RFC 8037). A token is made of the reissue alone, so that the
 * start of a reissue, repeated, gives the same token.
 */
export class AccessTokens {
  private readonly kid: string;
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;

  /** @param jwk private Ed25519 key */
  constructor(jwk: JsonWebKey & { readonly kid: string }) {
    this.kid = jwk.kid;
    this.privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    this.publicKey = createPublicKey(this.privateKey);
  }

  /** @param startedAt when the reissue was started; its token lives from then */
  issue({ reissueId, apiKeyName }: Access, startedAt: Date): Promise<string> {
    const issuedAt = Math.floor(startedAt.getTime() / 1000);
    return new SignJWT({ azp: apiKeyName })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: this.kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(reissueId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + tokenLifetimeSeconds)
      .sign(this.privateKey);
  }

  /** What `token` opens; undefined if it is not ours, was altered, or has expired. */
  async open(token: string, now = new Date()): Promise<Access | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.publicKey, {
        algorithms: [algorithm],
        issuer,
        audience,
        typ: 'JWT',
        requiredClaims: ['sub', 'azp', 'iat', 'exp'],
        clockTolerance: clockToleranceSeconds,
        currentDate: now,
      });
      return { reissueId: String(payload.sub), apiKeyName: String(payload['azp']) };
    } catch {
      return undefined;
    }
  }
}
