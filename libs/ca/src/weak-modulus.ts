/** Whether an RSA modulus is weak, by checks that take almost no time. */
export const isWeakModulus = (modulus: bigint) =>
  hasSmallFactor(modulus) || bearsRocaFingerprint(modulus) || hasCloseFactors(modulus);

/** Primes whose residues reveal how a modulus was generated: the odd primes up to 167. */
const markerPrimes = primesBetween(3, 167);

/**
 * For each marker prime, the residues that a modulus of the weak library can have: its primes have the form
 * k·M + 65537^a mod M, where M is divisible by all marker primes.
 */
const markers = markerPrimes.map((prime) => ({ prime: BigInt(prime), residues: powersOf65537(prime) }));

/**
 * Whether an RSA modulus has the fingerprint of ROCA (CVE-2017-15361): its primes have a structure with which it can be
 * factored within hours. About one sound modulus in 2^27 has this fingerprint by chance.
 */
export function bearsRocaFingerprint(modulus: bigint): boolean {
  const reduced = modulus % markerProduct;
  return markers.every(({ prime, residues }) => residues.has(Number(reduced % prime)));
}

const markerProduct = product(markerPrimes);
/** Small primes in groups whose product is a safe integer: fewer divisions of a large modulus are needed. */
const smallPrimeGroups = grouped(primesBetween(3, 751)).map((primes) => ({
  primes,
  product: product(primes),
}));
const smallProduct = product(primesBetween(3, 751));

/** Whether a modulus is divisible by a prime up to 751, and so not the product of two large primes. */
export function hasSmallFactor(modulus: bigint): boolean {
  if (modulus % 2n === 0n) return true;
  const reduced = modulus % smallProduct;
  return smallPrimeGroups.some(({ primes, product }) => {
    const rest = Number(reduced % product);
    return primes.some((prime) => rest % prime === 0);
  });
}

/**
 * Whether Fermat's method finds the factors of an odd modulus within a hundred rounds, because they are close to each
 * other (CVE-2022-26320).
 */
export function hasCloseFactors(modulus: bigint): boolean {
  let root = squareRoot(modulus);
  if (root * root === modulus) return true;
  root += 1n;
  let rest = root * root - modulus;
  for (let round = 0; round < 100; round += 1) {
    if (mayBeSquare(rest) && isSquare(rest)) return true;
    rest += 2n * root + 1n;
    root += 1n;
  }
  return false;
}

/** Residues of squares: they exclude 99 of 100 numbers, so that a square root is rarely computed. */
const squaresMod64 = squaresModulo(64);
const squaresModOthers = [63, 65, 11].map((divisor) => ({ divisor, squares: squaresModulo(divisor) }));

function mayBeSquare(number: bigint): boolean {
  if (!squaresMod64.has(Number(BigInt.asUintN(6, number)))) return false;
  const rest = Number(number % 45_045n); // 63 · 65 · 11
  return squaresModOthers.every(({ divisor, squares }) => squares.has(rest % divisor));
}

function squaresModulo(divisor: number): ReadonlySet<number> {
  return new Set(Array.from({ length: divisor }, (_, number) => (number * number) % divisor));
}

function isSquare(number: bigint): boolean {
  const root = squareRoot(number);
  return root * root === number;
}

/** The integer square root, rounded down, by Newton's method from above. */
function squareRoot(number: bigint): bigint {
  if (number < 2n) return number;
  let guess = 1n << BigInt(Math.ceil(number.toString(16).length * 2));
  for (;;) {
    const next = (guess + number / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

function powersOf65537(prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * (65_537 % prime)) % prime) powers.add(power);
  return powers;
}

function primesBetween(from: number, to: number): number[] {
  const isPrime = (number: number) => {
    for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) return false;
    return true;
  };
  return Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(isPrime);
}

function grouped(primes: readonly number[]): number[][] {
  const groups: number[][] = [[]];
  for (const prime of primes) {
    const last = groups.at(-1)!;
    if (product([...last, prime]) <= BigInt(Number.MAX_SAFE_INTEGER)) last.push(prime);
    else groups.push([prime]);
  }
  return groups;
}

function product(factors: readonly number[]): bigint {
  return factors.reduce((all, factor) => all * BigInt(factor), 1n);
}
