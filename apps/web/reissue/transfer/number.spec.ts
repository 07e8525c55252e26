import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { grouped, newSecret, readNumber, writeNumber } from './number.js';

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''));

describe('the number of a transfer', () => {
  test('The number of a transfer is read as it was written, also in groups', () => {
    fc.assert(
      fc.property(digits(4), digits(7), (box, secret) => {
        const number = writeNumber({ box, secret });
        expect(number).toMatch(/^\d{12}$/);
        expect(readNumber(number)).toEqual({ box, secret });
        expect(readNumber(` ${grouped(number)}\n`)).toEqual({ box, secret });
        expect(readNumber(grouped(number).replaceAll(' ', '-'))).toEqual({ box, secret });
      }),
    );
  });

  test('A number with one wrong digit is not accepted', () => {
    fc.assert(
      fc.property(digits(4), digits(7), fc.nat(11), fc.integer({ min: 1, max: 9 }), (box, secret, at, by) => {
        const number = writeNumber({ box, secret });
        const wrong = number.slice(0, at) + ((Number(number[at]) + by) % 10) + number.slice(at + 1);
        expect(readNumber(wrong)).toBeUndefined();
      }),
    );
  });

  test.each(['', '1234', '12345678901', '1234567890123', '12345678901a'])('%p is no number', (text) => {
    expect(readNumber(text)).toBeUndefined();
  });

  test('A secret has seven digits, and is a new one each time', () => {
    const secrets = Array.from({ length: 50 }, newSecret);
    for (const secret of secrets) expect(secret).toMatch(/^\d{7}$/);
    expect(new Set(secrets).size).toBeGreaterThan(45);
  });

  test('A number is shown in groups of four digits', () => {
    expect(grouped('123456789012')).toBe('1234 5678 9012');
  });
});
