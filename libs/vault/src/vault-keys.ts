import { importJWK, type CryptoKey, type JWK } from 'jose';
import { envelopeAlg } from './envelope.js';
import type { VaultKeys } from './open-envelope.js';

export interface JwkSet {
  keys: readonly JWK[];
}

/**
 * The private keys that open envelopes, by kid.
 *
 * @throws {TypeError} if a key is not a private P-256 key with a kid
 */
export async function importVaultKeys({ keys }: JwkSet): Promise<VaultKeys> {
  const entries = keys.map(async (jwk): Promise<[string, CryptoKey]> => {
    const { kid } = check(jwk);
    if (!jwk.d) throw new TypeError(`vault key ${kid} is not a private key`);
    return [kid, (await importJWK(jwk, envelopeAlg)) as CryptoKey];
  });
  return new Map(await Promise.all(entries));
}

/** A public vault key, as clients get it. */
type PublicVaultKey = JWK & {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  kid: string;
  alg: typeof envelopeAlg;
  use: 'enc';
};

/**
 * The public vault keys, as clients get them. Clients seal to the first.
 *
 * @throws {TypeError} if a key is not a P-256 key with a kid
 */
export function publicVaultKeys({ keys }: JwkSet): { keys: PublicVaultKey[] } {
  return {
    keys: keys.map((jwk) => {
      const { kid, x, y } = check(jwk);
      return { kty: 'EC', crv: 'P-256', x, y, kid, alg: envelopeAlg, use: 'enc' };
    }),
  };
}

function check({ kty, crv, kid, x, y }: JWK): { kid: string; x: string; y: string } {
  if (!kid) throw new TypeError('a vault key has no kid');
  if (kty !== 'EC' || crv !== 'P-256' || !x || !y) throw new TypeError(`vault key ${kid} is not a P-256 key`);
  return { kid, x, y };
}
