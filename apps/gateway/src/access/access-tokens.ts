import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

/** What a token opens: one reissue, for the front end that started it. */
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
  private readonly publicKeys: ReadonlyMap<string, KeyObject>;

  /**
   * @param jwk private Ed25519 key that signs
   * @param others public Ed25519 keys whose tokens are taken, too: the one before, and the next one. While gateways are
   *   replaced one after the other, each takes what the others sign
   */
  constructor(jwk: IdentifiedKey, others: readonly IdentifiedKey[] = []) {
    this.kid = jwk.kid;
    this.privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    this.publicKeys = new Map([
      ...others.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })] as const),
      [jwk.kid, createPublicKey(this.privateKey)],
    ]);
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
    if (!key) throw new Error('no key of ours signed it');
    return key;
  }
}
