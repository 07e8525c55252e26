import { describe, expect, it } from '@jest/globals';
import { isVidRandom, normaliseResidentNumber } from './vid-inputs.js';

describe('a resident registration number', () => {
  it('is the same with and without its hyphen, and keeps its leading zeros', () => {
    expect(normaliseResidentNumber('000101-3000000')).toBe('0001013000000');
    expect(normaliseResidentNumber('0001013000000')).toBe('0001013000000');
  });

  it.each([
    '',
    '000101-300000',
    '00010130000000',
    '0001-013000000',
    ' 0001013000000',
    '000101 3000000',
    '０００１０１３００００００',
  ])('is not %j', (text) => {
    expect(normaliseResidentNumber(text)).toBeUndefined();
  });
});

describe('an R', () => {
  it('is 20 bytes in hexadecimal, zeros included', () => {
    expect(isVidRandom('00'.repeat(20))).toBe(true);
    expect(isVidRandom('Ab'.repeat(20))).toBe(true);
    for (const other of [undefined, '', '00'.repeat(19), '00'.repeat(21), 'xy'.repeat(20)])
      expect(isVidRandom(other)).toBe(false);
  });
});
