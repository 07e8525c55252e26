import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose';
import { ENVELOPE_ALG, ENVELOPE_ENC } from './envelope.js';
import type { VaultKeys } from './open-envelope.js';

/** What a process of ours seals, and of what: it opens as nothing else. */
interface SealedAs {
  readonly typ: string;
  readonly sub: string;
}

/** Seals something to a vault key, as a compact JWE: the process that sealed it cannot open it any more. */
export async function sealOwn(value: Uint8Array, { typ, sub }: SealedAs, publicJwk: JWK): Promise<string> {
  if (!publicJwk.kid) throw new TypeError('the vault key has no kid');
  return new CompactEncrypt(value)
    .setProtectedHeader({ alg: ENVELOPE_ALG, enc: ENVELOPE_ENC, kid: publicJwk.kid, typ, sub })
    .encrypt(await importJWK(publicJwk, ENVELOPE_ALG));
}

/** @returns undefined if it was sealed as something else, was damaged, or its key is not known here */
export async function openOwn(
  sealed: string,
  as: SealedAs,
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
      { keyManagementAlgorithms: [ENVELOPE_ALG], contentEncryptionAlgorithms: [ENVELOPE_ENC] },
    );
    const { typ, sub } = protectedHeader;
    return typ === as.typ && sub === as.sub ? plaintext : undefined;
  } catch {
    return undefined; // why it failed may depend on what is sealed
  }
}
