import { describe, expect, it } from '@jest/globals';
import { crlShardOf, newSerialNumber } from './serial-number.js';

describe('serial numbers', () => {
  it('Serial numbers do not repeat in a million, are positive, and have a fixed length', () => {
    const pattern = /^10[0-9a-f]{34}$/;
    const seen = new Set<string>();
    let wrong = 0;
    for (let made = 0; made < 1_000_000; made += 1) {
      const serial = newSerialNumber();
      if (!pattern.test(serial)) wrong += 1;
      seen.add(serial);
    }
    expect(wrong).toBe(0);
    expect(seen.size).toBe(1_000_000);
  });

  it('Serial numbers are random in every byte but the first', () => {
    const values = Array.from({ length: 17 }, () => new Set<string>());
    for (let made = 0; made < 4_000; made += 1) {
      const serial = newSerialNumber();
      values.forEach((seen, byte) => seen.add(serial.slice(2 + 2 * byte, 4 + 2 * byte)));
    }
    for (const seen of values) expect(seen.size).toBeGreaterThan(250);
  });

  it('Serial numbers are spread evenly over the CRL shards, each always in the same', () => {
    const counts = new Array<number>(16).fill(0);
    for (let made = 0; made < 16_000; made += 1) counts[crlShardOf(newSerialNumber(), 16)]! += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(250);
    expect(crlShardOf('100000000000000000000000000000ffff', 16)).toBe(15);
    expect(crlShardOf('10', 16)).toBe(0);
  });
});
