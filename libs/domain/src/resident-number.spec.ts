import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normaliseResidentNumber, readResidentNumber, residentCheckDigit } from './resident-number.js';

const now = new Date('2026-11-05T03:04:05Z');

/** For each seventh digit: the first year of its century, and whether foreign residents have it. */
const meanings: readonly (readonly [string, number, boolean])[] = [
  ...(['9', '0'] as const).map((digit) => [digit, 1800, false] as const),
  ...(['1', '2'] as const).map((digit) => [digit, 1900, false] as const),
  ...(['3', '4'] as const).map((digit) => [digit, 2000, false] as const),
  ...(['5', '6'] as const).map((digit) => [digit, 1900, true] as const),
  ...(['7', '8'] as const).map((digit) => [digit, 2000, true] as const),
];
const anyDigits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((each) => each.join(''));
const birthday = fc
  .date({ min: new Date('1800-01-01'), max: new Date('2026-11-05'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

describe('the one form of a resident registration number', () => {
  it.each([
    ['000101-3000000', 'with its hyphen'],
    ['0001013000000', 'without it'],
    [' 0001013000000', 'a space before it'],
    ['0001013000000\n', 'a line end after it'],
    ['000101 3000000', 'a space within'],
    ['０００１０１３００００００', 'digits of another width'],
    ['000101 – 3000000', 'another dash'],
  ])('A resident number is read from %j: %s', (text) => {
    expect(normaliseResidentNumber(text)).toBe('0001013000000');
  });

  it.each([
    ['', 'nothing'],
    ['000101-300000', 'twelve digits'],
    ['00010130000000', 'fourteen digits'],
    ['000101-300000O', 'a letter in place of a digit'],
  ])('No resident number is read from %j: %s', (text) => {
    expect(normaliseResidentNumber(text)).toBeUndefined();
    expect(readResidentNumber(text, now)).toBeUndefined();
  });
});

describe('a resident registration number', () => {
  it('A resident number holds the date of birth and whether the holder is a foreign resident', () => {
    fc.assert(
      fc.property(birthday, fc.nat(9), anyDigits(6), fc.boolean(), (birthDate, which, rest, hyphen) => {
        const century = Math.floor(Number(birthDate.slice(0, 4)) / 100) * 100;
        const ofCentury = meanings.filter(([, first]) => first === century);
        const [digit, , foreign] = ofCentury[which % ofCentury.length]!;
        const date = birthDate.replaceAll('-', '').slice(2);
        const number = readResidentNumber(`${date}${hyphen ? '-' : ''}${digit}${rest}`, now);
        expect(number).toMatchObject({ digits: `${date}${digit}${rest}`, birthDate, foreign });
      }),
    );
  });

  it('Any last digit is accepted, because numbers since October 2020 have no check digit', () => {
    const taken = [...'0123456789'].map((last) => readResidentNumber(`210101300000${last}`, now)!);
    expect(taken.map(({ digits }) => digits)).toHaveLength(10);
    expect(taken.filter(({ checkDigitFits }) => checkDigitFits)).toHaveLength(1);
  });

  it.each(['990230', '990431', '991301', '990001', '990100', '010229', '009900', '000000'])(
    'A number is refused if %s is not a calendar day',
    (date) => expect(readResidentNumber(`${date}1000000`, now)).toBeUndefined(),
  );

  it('Leap days are read in each century', () => {
    expect(readResidentNumber('0002293000000', now)?.birthDate).toBe('2000-02-29');
    expect(readResidentNumber('0002291000000', now)).toBeUndefined();
    expect(readResidentNumber('0002299000000', now)).toBeUndefined();
  });

  it('A number is valid from the day of birth in Korea', () => {
    const midnight = new Date('2026-11-05T15:00:00Z');
    expect(readResidentNumber('2611063000000', new Date(midnight.getTime() - 1))).toBeUndefined();
    expect(readResidentNumber('2611063000000', midnight)?.birthDate).toBe('2026-11-06');
  });

  it('No other text is read as a number', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^\d{6}-?\d{7}$/.test(text));
        expect(readResidentNumber(text, now)).toBeUndefined();
      }),
    );
  });
});

describe('a check digit', () => {
  it.each([
    // By hand: 2a+3b+4c+5d+6e+7f+8g+9h+2i+3j+4k+5l, then the last digit of 11 minus the remainder of a division by 11.
    ['000000000000', 1],
    ['100000000000', 9],
    ['111111111111', 8], // 58 leaves 3
    ['123456189012', 7], // 224 leaves 4
  ])('The check digit of %s is %i', (first12, digit) => expect(residentCheckDigit(first12)).toBe(digit));

  it('The check digit of a foreign resident is higher by two', () => {
    expect(residentCheckDigit('000000500000')).toBe((11 - (40 % 11) + 2) % 10);
  });

  it('The check digit changes when another digit is misread', () => {
    const others = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(anyDigits(12), fc.nat(5), others, (first12, at, by) => {
        const digit = residentCheckDigit(first12);
        expect(digit).toBeGreaterThanOrEqual(0);
        expect(digit).toBeLessThanOrEqual(9);
        const misread = `${first12.slice(0, at)}${(Number(first12[at]) + by) % 10}${first12.slice(at + 1)}`;
        // Remainders 0 and 10 give the same digit, all others differ.
        const sum = (text: string) =>
          [...text].reduce((total, each, index) => total + Number(each) * (2 + (index % 8)), 0) % 11;
        fc.pre(![0, 10].includes(sum(first12)));
        expect(residentCheckDigit(misread)).not.toBe(digit);
      }),
    );
  });
});
