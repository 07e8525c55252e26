import { base64url, CompactEncrypt, importJWK, type JWK } from 'jose';

/** What a sealed secret may be used for. */
export type SealPurpose = 'identity' | 'password' | 'rrn' | 'document' | 'vid-random';

/** RFC 7518 sections 4.6 and 5.3; the gateway takes no others. */
const alg = 'ECDH-ES+A256KW';
const enc = 'A256GCM';

export interface SealOptions {
  readonly purpose: SealPurpose;
  /** The reissue the secret is for; at the start, which has none, the Idempotency-Key of that call. */
  readonly sub: string;
  /** The front end, as the gateway calls it beside the keys that it publishes. */
  readonly client: string;
  /** Of the reissue's key (RFC 7638): the secret is of use for a certificate for this key only. Undefined where there is no reissue. */
  readonly keyThumbprint: string | undefined;
  /** The first of the keys that the gateway publishes. */
  readonly publicJwk: JWK;
  /**
   * The gateway's time, in milliseconds since 1970 (default: by this machine's clock). The gateway refuses envelopes that
   * are older than 15 minutes or more than 1 minute ahead; `ResealClient.now()` is right where the device's clock is wrong.
   */
  readonly now?: number;
}

/**
 * Seals a secret for one purpose, one subject, one front end and one key only (compact JWE, RFC 7516).
 *
 * @throws TypeError if the key has no `kid`
 */
export async function seal(value: string, options: SealOptions): Promise<string> {
  const { purpose, sub, client, keyThumbprint, publicJwk, now = Date.now() } = options;
  if (!publicJwk.kid) throw new TypeError('the key to seal to has no kid');
  const jti = base64url.encode(crypto.getRandomValues(new Uint8Array(16)));
  const iat = Math.floor(now / 1000);
  const jkt = keyThumbprint === undefined ? {} : { jkt: keyThumbprint };
  return new CompactEncrypt(new TextEncoder().encode(value))
    .setProtectedHeader({ alg, enc, kid: publicJwk.kid, purpose, sub, client, ...jkt, iat, jti })
    .encrypt(await importJWK(publicJwk, alg));
}
