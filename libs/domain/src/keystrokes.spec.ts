import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keystrokesOf } from './index.js';

describe('the keystrokes of a text', () => {
  it.each([
    ['김', 'rla'],
    ['가상', 'rktkd'],
    ['안녕', 'dkssud'],
    ['꽃', 'Rhc'],
    ['닭값', 'ekfrrkqt'],
    ['의원', 'dmldnjs'],
    ['뷁', 'qnpfr'],
  ])('The keystrokes of %s are %s', (text, keys) => {
    expect(keystrokesOf(text)).toBe(keys);
    expect(keystrokesOf(text.normalize('NFD'))).toBe(keys);
  });

  it('A text without Hangul stays as it is', () => {
    fc.assert(fc.property(fc.stringMatching(/^[\x20-\x7e]*$/), (text) => keystrokesOf(text) === text));
  });

  it('Every syllable becomes Latin letters', () => {
    for (let code = 0xac00; code <= 0xd7a3; code += 1)
      expect(keystrokesOf(String.fromCodePoint(code))).toMatch(/^[A-Za-z]{2,5}$/);
  });
});
