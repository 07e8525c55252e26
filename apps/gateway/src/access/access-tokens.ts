import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

/** The access that a token gives: to one reissue, for the front end that started it. */
export interface Access {
  readonly reissueId: string;
  readonly apiKeyName: string;
}

type IdentifiedKey = JsonWebKey & { readonly kid: string };

const issuer = 'urn:reseal:gateway';
const audience = 'urn:reseal:reissue';
const algorithm = 'EdDSA';
const clockToleranceSeconds = 5;

/**
 * The longest life of a reissue: 30 minutes until the certificate is issued, three days parked, three days of cooling-off,
 * 7 days until it is registered, and a margin.
 */
export const tokenLifetimeSeconds = 14 * 86_400;

/**
 * Issues and verifies access tokens: JWTs (RFC 7519) signed with EdDSA (RFC 8037). A token depends on the reissue only, so
 * that a repeated start returns the same token.
 */
export class AccessTokens {
  private readonly kid: string;
  private readonly privateKey: KeyObject;
  private readonly publicKeys: ReadonlyMap<string, KeyObject>;

  /**
   * @param jwk private Ed25519 key that signs
   * @param others public Ed25519 keys whose tokens are also valid: the previous and the next one. While gateways are
   *   replaced one after the other, each accepts the tokens of the others
   */
  constructor(jwk: IdentifiedKey, others: readonly IdentifiedKey[] = []) {
    this.kid = jwk.kid;
    this.privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    this.publicKeys = new Map([
      ...others.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })] as const),
      [jwk.kid, createPublicKey(this.privateKey)],
    ]);
  }

  /** @param startedAt the start of the reissue; the token's lifetime begins at this time */
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

  /** The access that `token` gives; undefined if it was not signed by these keys, was altered, or has expired. */
  async open(token: string, now = new Date()): Promise<Access | undefined> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.keyOf(kid), {
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

  private keyOf(kid: string | undefined): KeyObject {
    const key = this.publicKeys.get(kid ?? '');
    if (!key) throw new Error('the token is signed by an unknown key');
    return key;
  }
}
