/** The SEED block cipher (RFC 4269), 128-bit key and block, and its CBC mode with PKCS #7 padding (RFC 8018). */
import { hexToBytes } from '@noble/hashes/utils.js';
import { FormatError, type Bytes } from '#libs/der';

const seedBlockBytes = 16;
const rounds = 16;

/** RFC 4269 appendix A.1, S1 and S2. */
const sBox1 = hexToBytes(
  'a985d6d3541dac255d43181e51fcca632844209de0e2c817a58f037bbb13d2ee' +
    '708c3fa832ddf674ec950b575c5bbd01241c739810ccf2d92ce772839bd186c9' +
    '6050a3eb0db69e4fb75ac678a612afd561c3b441527d8d081f9900190453f7e1' +
    'fd762f27b08b0eaba26e934d697c090abfeff3c58714fe64de2e4b1a06216b66' +
    '02f5928a0cb37ed07a4796e52680addfa13037ae36152238f4a7454c81e98497' +
    '35cbce3c7111c78975fbdaf8945982c4ff493967c0cfd7b80f8e4223916cdba4' +
    '34f148c26f3d2d40be3ebcc1aaba4e553bdc687f9cd84a5677a0ed46b52b65fa' +
    'e3b9b19f5ef9e6b231ea6d5fe4f0cd88163a58d462290733e81b0579906a2a9a',
);
const sBox2 = hexToBytes(
  '38e82da6cfdeb3b8af6055c7446f6b5bc36233b529a0e2a7d39111061cbc364b' +
    'ef886ca817c416f4c245e1d63f3d8e98284ef63ea5f90ddfd82b667a272ff172' +
    '42d441c07367ac8bf7ad801fca2caa34d20beee95d9418f857ae08c513cd86b9' +
    'ff7dc131f58a6ab1d120d7022204687107db9d9961bee659dd5190dc9aa3abd0' +
    '810f471ae3ec8dbf967b5ca2a163234dc89e9c3a0c2eba6e9f5af292f34978cc' +
    '15fb70757f351003646dc674d5b4ea097619fe4012e0bd05fa01f02a5ea95643' +
    '8514899bb0e5487997fc1e82218c1b5f7754b21d254f0046ed5852eb7edac9fd' +
    '3095653cb6e4bb7c0e5039263284699337e724a4cb530a87d94c838fce3b4ab7',
);

/** The function G (section 2.3): four S-boxes, whose outputs are mixed by masks that each clear two bits. */
function g(x: number): number {
  const y0 = sBox1[x & 0xff]!;
  const y1 = sBox2[(x >>> 8) & 0xff]!;
  const y2 = sBox1[(x >>> 16) & 0xff]!;
  const y3 = sBox2[x >>> 24]!;
  const z0 = (y0 & 0xfc) ^ (y1 & 0xf3) ^ (y2 & 0xcf) ^ (y3 & 0x3f);
  const z1 = (y0 & 0xf3) ^ (y1 & 0xcf) ^ (y2 & 0x3f) ^ (y3 & 0xfc);
  const z2 = (y0 & 0xcf) ^ (y1 & 0x3f) ^ (y2 & 0xfc) ^ (y3 & 0xf3);
  const z3 = (y0 & 0x3f) ^ (y1 & 0xfc) ^ (y2 & 0xf3) ^ (y3 & 0xcf);
  return (z0 | (z1 << 8) | (z2 << 16) | (z3 << 24)) >>> 0;
}

/** Two words for each round (section 2.4). */
function roundKeys(key: Uint8Array): Uint32Array {
  if (key.length !== 16) throw new RangeError('a SEED key has 16 bytes');
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  let [a, b, c, d] = [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)];
  let constant = 0x9e3779b9; // the golden ratio, rotated once more each round
  const keys = new Uint32Array(2 * rounds);
  for (let round = 0; round < rounds; round += 1) {
    keys[2 * round] = g((a + c - constant) >>> 0);
    keys[2 * round + 1] = g((b - d + constant) >>> 0);
    if (round % 2 === 0) [a, b] = [(a >>> 8) | (b << 24), (b >>> 8) | (a << 24)];
    else [c, d] = [(c << 8) | (d >>> 24), (d << 8) | (c >>> 24)];
    constant = ((constant << 1) | (constant >>> 31)) >>> 0;
  }
  return keys;
}

/** The Feistel network (section 2.1); with the round keys in reverse order it decrypts. */
function cryptBlock(keys: Uint32Array, block: Uint8Array, backwards: boolean): Bytes {
  const input = new DataView(block.buffer, block.byteOffset, seedBlockBytes);
  let [l0, l1, r0, r1] = [input.getUint32(0), input.getUint32(4), input.getUint32(8), input.getUint32(12)];
  for (let step = 0; step < rounds; step += 1) {
    const round = backwards ? rounds - 1 - step : step;
    // The function F (section 2.2).
    const c = (r0 ^ keys[2 * round]!) >>> 0;
    const d = (r1 ^ keys[2 * round + 1]!) >>> 0;
    const first = g((c ^ d) >>> 0);
    const second = g((first + c) >>> 0);
    const third = g((first + second) >>> 0);
    [l0, l1, r0, r1] = [r0, r1, (l0 ^ (third + second)) >>> 0, (l1 ^ third) >>> 0];
  }
  const output = new DataView(new ArrayBuffer(seedBlockBytes));
  [r0, r1, l0, l1].forEach((word, index) => output.setUint32(4 * index, word));
  return new Uint8Array(output.buffer);
}

/** Encrypts a single block. @param key 16 bytes @param block 16 bytes */
export const seedEncryptBlock = (key: Uint8Array, block: Uint8Array) =>
  cryptBlock(roundKeys(key), block, false);
export const seedDecryptBlock = (key: Uint8Array, block: Uint8Array) =>
  cryptBlock(roundKeys(key), block, true);

/** @param key 16 bytes @param iv 16 bytes */
export function seedCbcEncrypt(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Bytes {
  const keys = roundKeys(key);
  const padding = seedBlockBytes - (plain.length % seedBlockBytes);
  const out = new Uint8Array(plain.length + padding).fill(padding);
  out.set(plain);
  let previous = iv;
  for (let at = 0; at < out.length; at += seedBlockBytes) {
    const block = out.subarray(at, at + seedBlockBytes);
    xorInto(block, previous);
    block.set(cryptBlock(keys, block, false));
    previous = block;
  }
  return out;
}

/** @throws {FormatError} if the length or the padding is wrong */
export function seedCbcDecrypt(key: Uint8Array, iv: Uint8Array, encrypted: Uint8Array): Bytes {
  if (encrypted.length === 0 || encrypted.length % seedBlockBytes !== 0)
    throw new FormatError('not whole blocks');
  const keys = roundKeys(key);
  const out = new Uint8Array(encrypted.length);
  let previous = iv;
  for (let at = 0; at < encrypted.length; at += seedBlockBytes) {
    const block = encrypted.subarray(at, at + seedBlockBytes);
    const plain = cryptBlock(keys, block, true);
    xorInto(plain, previous);
    out.set(plain, at);
    previous = block;
  }
  const padding = out.at(-1)!;
  if (padding === 0 || padding > seedBlockBytes || out.subarray(-padding).some((octet) => octet !== padding))
    throw new FormatError('wrong padding');
  return out.subarray(0, -padding);
}

function xorInto(target: Uint8Array, source: Uint8Array): void {
  for (let index = 0; index < seedBlockBytes; index += 1) target[index]! ^= source[index]!;
}
