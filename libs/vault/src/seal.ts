import { base64url, CompactEncrypt, importJWK, type JWK } from 'jose';
import { ENVELOPE_ALG, ENVELOPE_ENC, type Purpose } from './envelope.js';

/** Seals a secret to a vault key, for one purpose and one subject only; runs in browsers too. */
export async function seal(
  value: string,
  options: { purpose: Purpose; sub: string; publicJwk: JWK; now?: number },
): Promise<string> {
  const { purpose, sub, publicJwk, now = Date.now() } = options;
  if (!publicJwk.kid) throw new TypeError('the vault key has no kid');
  const jti = base64url.encode(crypto.getRandomValues(new Uint8Array(16)));
  const header = {
    alg: ENVELOPE_ALG,
    enc: ENVELOPE_ENC,
    kid: publicJwk.kid,
    purpose,
    sub,
    iat: Math.floor(now / 1000),
    jti,
  };
  return new CompactEncrypt(new TextEncoder().encode(value))
    .setProtectedHeader(header)
    .encrypt(await importJWK(publicJwk, ENVELOPE_ALG));
}
