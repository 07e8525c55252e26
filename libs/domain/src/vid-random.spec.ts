import { describe, expect, it } from '@jest/globals';
import { readVidRandom } from './vid-random.js';

describe('an R', () => {
  it('R is 20 bytes in hexadecimal, leading zeros included', () => {
    expect(readVidRandom('00'.repeat(20))).toBe('00'.repeat(20));
    expect(readVidRandom(`${'Ab'.repeat(10)}\n${'Ab '.repeat(10)}`)).toBe('ab'.repeat(20));
    for (const other of [undefined, '', '00'.repeat(19), '00'.repeat(21), 'xy'.repeat(20)])
      expect(readVidRandom(other)).toBeUndefined();
  });
});
