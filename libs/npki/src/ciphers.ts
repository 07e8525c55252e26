/** Block ciphers in CBC mode with PKCS #7 padding, which encrypt the files of certificate holders. */
import { FormatError, type Bytes } from '#libs/der';
import { seedCbcDecrypt, seedCbcEncrypt } from './seed.js';

/** A cipher for reading files. */
export interface CbcCipher {
  /** In bytes. */
  readonly keyLength: number;
  /** Length of a block and of the IV, in bytes. */
  readonly blockLength: number;
  /** @throws FormatError if length or padding is wrong */
  readonly decrypt: (key: Bytes, iv: Bytes, encrypted: Uint8Array) => Promise<Bytes>;
}

/** A cipher for reading and writing files. */
interface CurrentCipher extends CbcCipher {
  readonly encrypt: (key: Bytes, iv: Bytes, plain: Uint8Array) => Promise<Bytes>;
}

export const seed: CurrentCipher = {
  keyLength: 16,
  blockLength: 16,
  encrypt: async (key, iv, plain) => seedCbcEncrypt(key, iv, plain),
  decrypt: async (key, iv, encrypted) => seedCbcDecrypt(key, iv, encrypted),
};

const aesCipher = (keyLength: number): CurrentCipher => ({
  keyLength,
  blockLength: 16,
  encrypt: (key, iv, plain) => aes('encrypt', key, iv, plain),
  decrypt: (key, iv, encrypted) => aes('decrypt', key, iv, encrypted),
});
export const aes128 = aesCipher(16);
export const aes192 = aesCipher(24);
export const aes256 = aesCipher(32);

async function aes(
  direction: 'encrypt' | 'decrypt',
  key: Bytes,
  iv: Bytes,
  input: Uint8Array,
): Promise<Bytes> {
  const imported = await crypto.subtle.importKey('raw', key, 'AES-CBC', false, [direction]);
  const crypted = crypto.subtle[direction]({ name: 'AES-CBC', iv }, imported, Uint8Array.from(input));
  return new Uint8Array(
    await crypted.catch(() => {
      throw new FormatError('the padding is wrong');
    }),
  );
}

/** Loaded on demand, because few files need these ciphers and pages must stay small. */
const oldCiphers = () => import('./old-ciphers.js');

const oldCipher = (keyLength: number, decrypt: CbcCipher['decrypt']): CbcCipher => ({
  keyLength,
  blockLength: 8,
  decrypt,
});
export const des = oldCipher(8, async (...input) => (await oldCiphers()).decryptDes('DES-CBC', ...input));
export const tripleDes = oldCipher(24, async (...input) =>
  (await oldCiphers()).decryptDes('3DES-CBC', ...input),
);
/** The first key is also the third key. */
export const twoKeyTripleDes = oldCipher(16, (key, ...input) =>
  tripleDes.decrypt(Uint8Array.from([...key, ...key.subarray(0, 8)]), ...input),
);
/** @param keyLength in bytes; all bits are effective */
export const rc2 = (keyLength: number) =>
  oldCipher(keyLength, async (...input) => (await oldCiphers()).decryptRc2(...input));
