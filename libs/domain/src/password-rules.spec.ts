import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  brokenPasswordRules,
  brokenPersonalRules,
  matchedNumberDigits,
  passwordAttempts,
  passwordRules,
} from './index.js';

describe('a new certificate password', () => {
  it.each(['Certificate1!', 'aaaaaaaa1!', '1234567a#$', `a1${'!'.repeat(62)}`])(
    'The password %p is allowed',
    (password) => {
      expect(brokenPasswordRules(password)).toEqual([]);
    },
  );

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
  ])('The password %p is refused', (password, broken) => {
    expect(brokenPasswordRules(password)).toEqual(broken);
  });

  it('An accepted password has everything that the written rules demand', () => {
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

  it('The order of characters does not matter', () => {
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

  it('Five wrong tries lock the password', () => {
    expect(passwordAttempts).toBe(5);
  });
});

describe('personal facts in a new certificate password', () => {
  const facts = {
    name: '김가상',
    birthDate: '1990-07-05',
    numbers: ['01000000123', '100000000456', '9007051234567'],
  };
  const broken = (password: string) => brokenPersonalRules(password, facts);

  it.each(['rlarktkd-12!x', 'RlaRktkd-12!x', 'xx-rktkd-4471!'])(
    'A password with the owner’s name typed as %p is refused',
    (password) => {
      expect(broken(password)).toEqual(['CONTAINS_NAME']);
    },
  );

  it('A password with a name in Latin letters, whole or in parts, is refused', () => {
    for (const password of ['specimen-12!x', 'virtualspecimen!1', 'my-VIRTUAL-12'])
      expect(brokenPersonalRules(password, { name: 'Virtual Specimen', numbers: [] })).toEqual([
        'CONTAINS_NAME',
      ]);
  });

  it.each(['seal-19900705', 'seal-1990.07.05', 'seal-900705!x', 'seal-07051990', 'seal-05-07-90'])(
    'A password with the birth date in %p is refused',
    (password) => {
      expect(broken(password)).toContain('CONTAINS_BIRTH_DATE');
    },
  );

  it.each(['seal-000123!', 'seal-0100-0000-123', 'seal!000456', 'seal!1234567x'])(
    'A password with one of the owner’s numbers is refused: %p',
    (password) => {
      expect(broken(password)).toEqual(['CONTAINS_NUMBER']);
    },
  );

  it.each(['renewed-2468-Seal', 'seal-00123-xyz', 'la-5-7-1990-xyz', 'kim-gasang-8'])(
    'A password without facts about its owner is allowed: %p',
    (password) => {
      expect(broken(password)).toEqual([]);
    },
  );

  it('Without facts no rule is broken', () => {
    expect(brokenPersonalRules('rlarktkd-19900705', { name: '이', numbers: [] })).toEqual([]);
  });

  it('A part of a number is found anywhere in a password', () => {
    const number = fc.stringMatching(/^[0-9]{10,14}$/);
    fc.assert(
      fc.property(number, fc.nat(), fc.stringMatching(/^[a-z!]{4,10}$/), (digits, at, around) => {
        const from = at % (digits.length - matchedNumberDigits + 1);
        const password = `${around}${digits.slice(from, from + matchedNumberDigits)}${around}`;
        expect(brokenPersonalRules(password, { name: '견본', numbers: [digits] })).toEqual([
          'CONTAINS_NUMBER',
        ]);
      }),
    );
  });
});
