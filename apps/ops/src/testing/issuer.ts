import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export interface TokenClaims {
  readonly sub?: string;
  readonly name?: string;
  readonly roles?: unknown;
  readonly iss?: string;
  readonly aud?: string | string[];
  /** Seconds from now; negative values are in the past. */
  readonly iat?: number;
  readonly exp?: number;
  readonly nbf?: number;
}

/** A small OpenID Connect issuer over HTTP for tests: discovery, rotating keys, and tokens with any claims. */
export class TestIssuer {
  private readonly keys: Key[] = [];
  /** Number of times the keys were fetched. */
  fetched = 0;
  up = true;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TestIssuer> {
    const server = createServer();
    const issuer = new TestIssuer(server);
    server.on('request', (request, response) => {
      const answer = issuer.answer(request.url ?? '');
      response.writeHead(answer ? 200 : 503, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await issuer.rotate();
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Adds a key that signs from now on. */
  async rotate({ keepOld = true } = {}): Promise<void> {
    const kid = `key-${this.keys.length + 1}-${Math.random().toString(16).slice(2)}`;
    const key = await TestIssuer.key(kid, 'ES256');
    if (!keepOld) this.keys.splice(0);
    this.keys.unshift(key);
  }

  static async key(kid: string, alg: string): Promise<Key> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
  }

  /** An access token of this issuer. Claims that are not given are valid. */
  async token(claims: TokenClaims = {}, by: Key = this.keys[0]!): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const { iat = 0, exp = 300, nbf, iss = this.url, aud = 'reseal-ops', ...rest } = claims;
    return new SignJWT({
      sub: 'olivia',
      name: 'Olivia',
      roles: ['operator'],
      ...rest,
      iss,
      aud,
      iat: now + iat,
      exp: now + exp,
      ...(nbf === undefined ? {} : { nbf: now + nbf }),
    })
      .setProtectedHeader({ alg: by.alg, kid: by.kid, typ: 'at+jwt' })
      .sign(by.privateKey);
  }

  /** An ID token of the console's sign-in. @param iat seconds from now at which it was issued */
  async proof(claims: TokenClaims, nonce: string, iat = 0, by: Key = this.keys[0]!): Promise<string> {
    const { sub = 'olivia', roles = ['operator'], aud = 'reseal-console', iss = this.url } = claims;
    const now = Math.floor(Date.now() / 1_000) + iat;
    return new SignJWT({ sub, roles, nonce, iss, aud, iat: now, exp: now + 300 })
      .setProtectedHeader({ alg: by.alg, kid: by.kid })
      .sign(by.privateKey);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private answer(path: string): object | undefined {
    if (!this.up) return undefined;
    if (path === '/.well-known/openid-configuration')
      return { issuer: this.url, jwks_uri: `${this.url}/jwks` };
    this.fetched += 1;
    return { keys: this.keys.map(({ jwk }) => jwk) };
  }
}
