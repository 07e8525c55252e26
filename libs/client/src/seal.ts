import { base64url, CompactEncrypt, importJWK, type JWK } from 'jose';

/** The purpose that a sealed secret is bound to. */
export type SealPurpose = 'identity' | 'password' | 'rrn' | 'document' | 'vid-random';

/** RFC 7518 sections 4.6 and 5.3; the gateway accepts no other algorithms. */
const alg = 'ECDH-ES+A256KW';
const enc = 'A256GCM';

export interface SealOptions {
  readonly purpose: SealPurpose;
  /** Id of the reissue; for the start of a reissue, the Idempotency-Key of that call. */
  readonly sub: string;
  /** Name of the front end, as the gateway returns it with its sealing keys. */
  readonly client: string;
  /** Thumbprint of the reissue's key (RFC 7638), which the secret is bound to. Undefined for a call without a reissue. */
  readonly keyThumbprint: string | undefined;
  /** The first of the gateway's sealing keys. */
  readonly publicJwk: JWK;
  /**
   * The gateway's time in milliseconds since 1970; by default, that of this machine. The gateway refuses envelopes that are
   * older than 15 minutes or more than 1 minute ahead. `ResealClient.now()` is right even if the device's clock is wrong.
   */
  readonly now?: number;
}

/**
 * Seals a secret, bound to one purpose, subject, front end and key (compact JWE, RFC 7516).
 *
 * @throws TypeError if the key has no `kid`
 */
export async function seal(value: string, options: SealOptions): Promise<string> {
  const { purpose, sub, client, keyThumbprint, publicJwk, now = Date.now() } = options;
  if (!publicJwk.kid) throw new TypeError('the sealing key has no kid');
  const jti = base64url.encode(crypto.getRandomValues(new Uint8Array(16)));
  const iat = Math.floor(now / 1000);
  const jkt = keyThumbprint === undefined ? {} : { jkt: keyThumbprint };
  return new CompactEncrypt(new TextEncoder().encode(value))
    .setProtectedHeader({ alg, enc, kid: publicJwk.kid, purpose, sub, client, ...jkt, iat, jti })
    .encrypt(await importJWK(publicJwk, alg));
}
