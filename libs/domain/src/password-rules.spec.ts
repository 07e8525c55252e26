import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { brokenPasswordRules, passwordAttempts, passwordRules } from './index.js';

describe('a new certificate password', () => {
  it.each(['Certificate1!', 'aaaaaaaa1!', '1234567a#$', `a1${'!'.repeat(62)}`])('may be %p', (password) => {
    expect(brokenPasswordRules(password)).toEqual([]);
  });

  it.each([
    ['aaaaaaa1!', ['TOO_SHORT']],
    [`a1${'!'.repeat(63)}`, ['TOO_LONG']],
    ['1234567890!', ['NEEDS_LETTER']],
    ['Certificate!', ['NEEDS_DIGIT']],
    ['Certificate1', ['NEEDS_SPECIAL']],
    ["Certificate1'", ['FORBIDDEN_CHARACTER']],
    ['Certificate1"', ['FORBIDDEN_CHARACTER']],
    ['Certificate1\\', ['FORBIDDEN_CHARACTER']],
    ['Certificate1|', ['FORBIDDEN_CHARACTER']],
    ['Certificate 1!', ['UNPRINTABLE_CHARACTER']],
    ['Certificate1!\n', ['UNPRINTABLE_CHARACTER']],
    ['비밀번호Certificate1!', ['UNPRINTABLE_CHARACTER']],
    ['', ['TOO_SHORT', 'NEEDS_LETTER', 'NEEDS_DIGIT', 'NEEDS_SPECIAL']],
  ])('may not be %p', (password, broken) => {
    expect(brokenPasswordRules(password)).toEqual(broken);
  });

  it('that is accepted has all that the rules in words promise', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (password) => {
        if (brokenPasswordRules(password).length > 0) return;
        expect(password.length).toBeGreaterThanOrEqual(passwordRules.minimumLength);
        expect(password.length).toBeLessThanOrEqual(passwordRules.maximumLength);
        for (const character of passwordRules.forbiddenCharacters) expect(password).not.toContain(character);
        expect(password).toMatch(/^[\x21-\x7e]+$/);
      }),
    );
  });

  it('stays acceptable whatever the order of its characters', () => {
    const pools = ['abcXYZ', '0123456789', '!#$%&()*+,-./:;<=>?@[]^_`{}~'];
    const good = fc
      .tuple(...pools.map((pool) => fc.array(fc.constantFrom(...pool), { minLength: 4, maxLength: 20 })))
      .chain((parts) => fc.shuffledSubarray(parts.flat(), { minLength: parts.flat().length }));
    fc.assert(
      fc.property(good, (characters) => {
        expect(brokenPasswordRules(characters.join(''))).toEqual([]);
      }),
    );
  });

  it('locks after five wrong tries', () => {
    expect(passwordAttempts).toBe(5);
  });
});
