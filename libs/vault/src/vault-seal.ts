import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose';
import { envelopeAlg, envelopeEnc } from './envelope.js';
import type { VaultKeys } from './open-envelope.js';

/** Kind and subject of a value that a server process seals. It opens only with the same context. */
interface SealContext {
  readonly typ: string;
  readonly sub: string;
}

/** Seals a value to a vault key, as a compact JWE. The process that seals it cannot open it. */
export async function sealToVaultKey(
  value: Uint8Array,
  { typ, sub }: SealContext,
  publicJwk: JWK,
): Promise<string> {
  if (!publicJwk.kid) throw new TypeError('the vault key has no kid');
  return new CompactEncrypt(value)
    .setProtectedHeader({ alg: envelopeAlg, enc: envelopeEnc, kid: publicJwk.kid, typ, sub })
    .encrypt(await importJWK(publicJwk, envelopeAlg));
}

/** @returns undefined if the context differs, the value is damaged, or its key is unknown */
export async function openWithVaultKey(
  sealed: string,
  as: SealContext,
  keys: VaultKeys,
): Promise<Uint8Array | undefined> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(
      sealed,
      ({ kid }) => {
        const key = keys.get(kid ?? '');
        if (!key) throw new TypeError('no key');
        return key;
      },
      { keyManagementAlgorithms: [envelopeAlg], contentEncryptionAlgorithms: [envelopeEnc] },
    );
    const { typ, sub } = protectedHeader;
    return typ === as.typ && sub === as.sub ? plaintext : undefined;
  } catch {
    return undefined; // the cause may depend on the sealed value
  }
}
