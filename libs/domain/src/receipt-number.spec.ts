import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readReceiptNumber } from './receipt-number.js';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const values = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*';

/** The check character by the definition in ISO/IEC 7064: the sum of all values, weighted by powers of 2, is 1 modulo 37. */
function checkCharacter(body: string): string {
  const sum = [...body]
    .toReversed()
    .reduce((total, symbol, at) => total + values.indexOf(symbol) * 2 ** (at + 1), 0);
  return values[(38 - (sum % 37)) % 37]!;
}

const numbers = fc
  .string({ unit: fc.constantFrom(...alphabet), minLength: 8, maxLength: 8 })
  .map((body) => body + checkCharacter(body))
  .filter((number) => alphabet.includes(number.at(-1)!));
const grouped = (number: string) => number.replace(/(...)(...)(...)/, '$1-$2-$3');

describe('a receipt number', () => {
  it('A receipt number is read in every form in which people write it', () => {
    for (const written of [
      'K7M-2QX-9TR',
      'k7m2qx9tr',
      ' K7M 2QX 9TR\n',
      'K7M–2QX–9TR',
      'Ｋ７Ｍ－２ＱＸ－９ＴＲ',
    ])
      expect([written, readReceiptNumber(written)]).toEqual([written, { number: 'K7M-2QX-9TR' }]);
  });

  it('A look-alike is read as the symbol that receipt numbers have', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        const mistaken = number.replaceAll('1', 'l').replaceAll('0', 'O').replaceAll('V', 'u');
        expect(readReceiptNumber(mistaken)).toEqual({ number: grouped(number) });
        expect(readReceiptNumber(number.replaceAll('1', 'I'))).toEqual({ number: grouped(number) });
      }),
    );
  });

  it('Every single wrong symbol is found', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        for (let at = 0; at < number.length; at += 1)
          for (const other of alphabet)
            if (other !== number[at])
              expect(readReceiptNumber(number.slice(0, at) + other + number.slice(at + 1))).toEqual({
                fault: 'CHECK',
              });
      }),
    );
  });

  it('Every two neighbours that changed places are found', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        for (let at = 0; at + 1 < number.length; at += 1) {
          const swapped = number.slice(0, at) + number[at + 1]! + number[at]! + number.slice(at + 2);
          if (swapped !== number) expect(readReceiptNumber(swapped)).toEqual({ fault: 'CHECK' });
        }
      }),
    );
  });

  it.each(['', 'K7M-2QX-9T', 'K7M-2QX-9TRR', 'K7M-2QX-9T*', '접수번호', `ri_${'a'.repeat(32)}`])(
    'The text %j has not the form of a receipt number',
    (text) => expect(readReceiptNumber(text)).toEqual({ fault: 'FORM' }),
  );
});
