import { checkPrimeSync, createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';

/** Weak RSA keys, which must not be certified, for specs. */

const primorial = [
  2n,
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  23n,
  29n,
  31n,
  37n,
  41n,
  43n,
  47n,
  53n,
  59n,
  61n,
  67n,
  71n,
  73n,
  79n,
  83n,
  89n,
  97n,
  101n,
  103n,
  107n,
  109n,
  113n,
  127n,
  131n,
  137n,
  139n,
  149n,
  151n,
  157n,
  163n,
  167n,
].reduce((product, prime) => product * prime);

const numberOf = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);

/** A random number of this many bits with the upper two set: the product of two has exactly twice as many bits. */
const randomNumber = (bits: number) => numberOf(randomBytes(bits / 8)) | (3n << BigInt(bits - 2));

/** A prime of the form k·M + 65537^a mod M, as the library of CVE-2017-15361 generated them. */
export function rocaPrime(bits: number): bigint {
  for (;;) {
    const residue = power(65_537n, numberOf(randomBytes(8)), primorial);
    const start = randomNumber(bits);
    const candidate = start - (start % primorial) + residue;
    if (candidate >> BigInt(bits - 2) === 3n && checkPrimeSync(candidate)) return candidate;
  }
}

/** Two consecutive primes. */
export function closePrimes(bits: number): [bigint, bigint] {
  const first = primeFrom(randomNumber(bits) | 1n);
  return [first, primeFrom(first + 2n)];
}

function primeFrom(odd: bigint): bigint {
  let candidate = odd;
  while (!checkPrimeSync(candidate)) candidate += 2n;
  return candidate;
}

/** The key from two primes, to sign requests that are valid except for the key. */
export function rsaKeyOf(p: bigint, q: bigint, e = 65_537n): KeyObject {
  const d = inverse(e, (p - 1n) * (q - 1n));
  const fields = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, base64url(value)]));
  return createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' });
}

export const modulusOf = (key: KeyObject) =>
  numberOf(Buffer.from(key.export({ format: 'jwk' }).n!, 'base64url'));

function base64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex').toString('base64url');
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b - quotient * a, a, y - quotient * x, x];
  }
  return ((x % modulus) + modulus) % modulus;
}
