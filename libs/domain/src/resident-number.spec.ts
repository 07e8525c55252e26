import { describe, expect, it } from '@jest/globals';
import { normaliseResidentNumber } from './resident-number.js';

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
