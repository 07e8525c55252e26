import { base64url, CompactEncrypt, importJWK, type JWK } from 'jose';

export type Purpose = 'identity' | 'password' | 'rrn' | 'document' | 'vid-random';

const alg = 'ECDH-ES+A256KW';

/** Seals a secret to a key of GET /v1/keys, for one purpose and one subject (compact JWE, RFC 7516). */
export async function seal(value: string, purpose: Purpose, sub: string, key: JWK): Promise<string> {
  const jti = base64url.encode(crypto.getRandomValues(new Uint8Array(16)));
  const iat = Math.floor(Date.now() / 1000);
  return new CompactEncrypt(new TextEncoder().encode(value))
    .setProtectedHeader({ alg, enc: 'A256GCM', kid: key.kid ?? '', purpose, sub, iat, jti })
    .encrypt(await importJWK(key, alg));
}
