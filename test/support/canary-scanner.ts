import type { Canary } from './canaries.js';

interface Needle {
  readonly canary: Canary;
  readonly bytes: Buffer;
}

const probeBytes = 4;
/** Folds the four bytes of a probe to two, for a small table that excludes nearly every position. */
const fold = (probe: number) => (probe ^ (probe >>> 16)) & 0xffff;

/** Searches for many canaries at once, each in every form in which it may be stored. */
export class CanaryScanner {
  private readonly table = new Uint8Array(0x10000);
  private readonly needles = new Map<number, Needle[]>();

  constructor(canaries: Iterable<Canary>) {
    const known = new Set<string>();
    for (const canary of canaries)
      for (const bytes of formsOf(canary.bytes)) {
        if (known.has(bytes.toString('latin1'))) continue;
        known.add(bytes.toString('latin1'));
        const probe = bytes.readUInt32BE(0);
        this.table[fold(probe)] = 1;
        this.needles.set(probe, [...(this.needles.get(probe) ?? []), { canary, bytes }]);
      }
  }

  /** The canaries that `haystack` contains. */
  find(haystack: Buffer): Set<Canary> {
    const found = new Set<Canary>();
    let probe = 0;
    for (let end = 0; end < haystack.length; end++) {
      probe = ((probe << 8) | haystack[end]!) >>> 0;
      if (this.table[fold(probe)] === 0) continue;
      const start = end + 1 - probeBytes;
      for (const { canary, bytes } of this.needles.get(probe) ?? [])
        if (start >= 0 && haystack.subarray(start, start + bytes.length).equals(bytes)) found.add(canary);
    }
    return found;
  }
}

/** The bytes, and their forms in hexadecimal, base64 and base64url at any position of a longer text. */
export function formsOf(bytes: Buffer): Buffer[] {
  const texts = [bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
  for (const shift of [0, 1, 2]) {
    // The first and last characters also contain bits of the neighbouring bytes.
    const base64 = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const whole = base64.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    texts.push(whole, whole.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [bytes, ...texts.map((text) => Buffer.from(text))];
}
