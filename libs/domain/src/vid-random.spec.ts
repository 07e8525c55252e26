import { describe, expect, it } from '@jest/globals';
import { isVidRandom } from './vid-random.js';

describe('an R', () => {
  it('is 20 bytes in hexadecimal, zeros included', () => {
    expect(isVidRandom('00'.repeat(20))).toBe(true);
    expect(isVidRandom('Ab'.repeat(20))).toBe(true);
    for (const other of [undefined, '', '00'.repeat(19), '00'.repeat(21), 'xy'.repeat(20)])
      expect(isVidRandom(other)).toBe(false);
  });
});
