/** DES, triple DES and RC2 in CBC mode, for old files only. WebCrypto has none of them. */
import ciphers from 'node-forge/lib/cipher.js';
import 'node-forge/lib/des.js';
import rc2 from 'node-forge/lib/rc2.js';
import util from 'node-forge/lib/util.js';
import { FormatError, type Bytes } from '#libs/der';

/** Block length of all of them, in bytes. */
const oldBlockBytes = 8;

/** @throws FormatError if length or padding is wrong */
export function decryptDes(
  name: 'DES-CBC' | '3DES-CBC',
  key: Uint8Array,
  iv: Uint8Array,
  encrypted: Uint8Array,
): Bytes {
  const decipher = ciphers.createDecipher(name, binary(key));
  decipher.start({ iv: binary(iv) });
  return finish(decipher, encrypted);
}

/** RC2 (RFC 2268) whose effective key is the whole key. @throws FormatError if length or padding is wrong */
export function decryptRc2(key: Uint8Array, iv: Uint8Array, encrypted: Uint8Array): Bytes {
  const decipher = rc2.createDecryptionCipher(binary(key), 8 * key.length);
  decipher.start(binary(iv));
  return finish(decipher, encrypted);
}

function finish(
  decipher: Pick<ReturnType<typeof ciphers.createDecipher>, 'update' | 'finish' | 'output'>,
  encrypted: Uint8Array,
): Bytes {
  if (encrypted.length === 0 || encrypted.length % oldBlockBytes !== 0)
    throw new FormatError('the length is not a multiple of the block length');
  decipher.update(util.createBuffer(binary(encrypted)));
  decipher.finish(() => true); // the library would accept any last byte as padding
  return withoutPadding(Uint8Array.from(decipher.output.getBytes(), (character) => character.charCodeAt(0)));
}

/** RFC 5652 section 6.3. */
function withoutPadding(padded: Bytes): Bytes {
  const padding = padded.at(-1) ?? 0;
  if (
    padding === 0 ||
    padding > oldBlockBytes ||
    padded.subarray(-padding).some((octet) => octet !== padding)
  )
    throw new FormatError('the padding is wrong');
  return padded.subarray(0, -padding);
}

const binary = (bytes: Uint8Array) => Array.from(bytes, (octet) => String.fromCharCode(octet)).join('');
