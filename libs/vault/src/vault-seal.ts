import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose';
import { envelopeAlg, envelopeEnc } from './envelope.js';
import type { VaultKeys } from './open-envelope.js';

/** What a process of ours seals, and of what: it opens as nothing else. */
interface SealContext {
  readonly typ: string;
  readonly sub: string;
}

/** Seals something to a vault key, as a compact JWE: the process that sealed it cannot open it any more. */
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

/** @returns undefined if it was sealed as something else, was damaged, or its key is not known here */
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
    return undefined; // why it failed may depend on what is sealed
  }
}
