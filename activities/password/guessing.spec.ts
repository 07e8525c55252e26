import { describe, expect, it } from '@jest/globals';
import { isTooCommon } from './guessing.js';

const name = '김견본';

describe('a password on lists of common ones', () => {
  it.each([
    'Password1!',
    'P@ssw0rd123',
    'Qwerty123!',
    'qwer1234!@',
    'asdf1234!!',
    'iloveyou1!',
    'aaaaaaaa1!',
    '1234567a#$',
    'abc123!@#a',
    'dkssud12!@',
    'qlalfqjsgh1!',
    'a1!'.repeat(21),
  ])('A common password is refused: %p', async (password) => {
    expect(await isTooCommon(password, name)).toBe(true);
  });

  it.each([
    'Brand-new-1',
    'renewed-2468-Seal',
    'hkmnp-48213-QRT',
    'tree.7.river.stone',
    'Xq7#vT9!mZ',
    'secret-Seal-1',
  ])('An uncommon password is accepted: %p', async (password) => {
    expect(await isTooCommon(password, name)).toBe(false);
  });

  it('A password that only repeats the facts about its owner is refused', async () => {
    expect(await isTooCommon('specimen1!', 'specimen')).toBe(true);
  });

  it('A long, crafted password is judged quickly', async () => {
    for (const password of ['!@#$%^&*()a1'.repeat(6), 'aA1!'.repeat(16), 'p4ssw0rd!'.repeat(8)]) {
      const from = performance.now();
      await isTooCommon(password.slice(0, 64), name);
      expect(performance.now() - from).toBeLessThan(10_000);
    }
  });
});
