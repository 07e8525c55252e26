import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digitsOfSubject, encodeName, nameText, personalName, subjectDigits } from './distinguished-name.js';
import { Name } from './peculiar.js';
import { nameCharacters } from './testing/certificates.js';

const subject = {
  name: '가나다',
  latinName: '',
  digits: '0999041202611050000000012',
  bank: 'RESEAL',
  organisation: 'reseal-test',
};

describe('distinguished names', () => {
  it('A distinguished name follows the pattern of bank-issued certificates', () => {
    expect(nameText(personalName(subject))).toBe(
      'cn=가나다()0999041202611050000000012,ou=RESEAL,ou=personal4IB,o=reseal-test,c=kr',
    );
  });

  it('A distinguished name begins with the country as PrintableString and holds Korean as UTF8String', () => {
    const der = encodeName(personalName(subject));
    const parsed = new Name(der);
    expect(parsed.toJSON().map((part) => Object.keys(part)[0])).toEqual(['C', 'O', 'OU', 'OU', 'CN']);
    expect(parsed.getField('CN')).toEqual([`가나다()${subject.digits}`]);
    expect(der.includes(Buffer.from('13026b72', 'hex'))).toBe(true);
    expect(der.includes(Buffer.concat([Buffer.from([0x0c, 0x24]), Buffer.from('가나다()')]))).toBe(true);
  });

  it('A distinguished name numbers a person by bank, registration code, Korean date and nine digits', () => {
    expect(subjectDigits('999', '041', new Date('2026-11-04T15:00:00Z'), 12)).toBe(
      '099904120261105000000012',
    );
  });

  it('The digits of a distinguished name are parsed back', () => {
    expect(digitsOfSubject(nameText(personalName(subject)))).toBe(subject.digits);
    expect(digitsOfSubject(nameText(personalName({ ...subject, name: 'Doe, (Jane)' })))).toBe(subject.digits);
    expect(digitsOfSubject('cn=someone else,o=elsewhere')).toBeUndefined();
  });

  it('A distinguished name escapes characters that would read as another part', () => {
    const name = personalName({ ...subject, name: 'A,ou=B+"C\\' });
    expect(nameText(name)).toMatch(/^cn=A\\,ou=B\\\+\\"C\\\\\(\)/);
  });

  it('A distinguished name cuts a common name at 64 characters and keeps the digits', () => {
    const commonName = (name: string, latinName = '') =>
      personalName({ ...subject, name, latinName, digits: '099904120261105000000012' })[0]!.value;
    expect(commonName('김')).toBe('김()099904120261105000000012');
    expect(commonName('가'.repeat(38))).toBe(`${'가'.repeat(38)}()099904120261105000000012`);
    expect(commonName('가'.repeat(60))).toBe(`${'가'.repeat(38)}()099904120261105000000012`);
    expect(commonName('가', 'KIM')).toBe('가(KIM)099904120261105000000012');
    expect(commonName('가'.repeat(36), 'KIM')).toBe(`${'가'.repeat(36)}()099904120261105000000012`);
    // The limit counts characters, not the UTF-16 units of JavaScript, and a letter is never cut from its marks.
    expect(commonName('𠮷'.repeat(60))).toBe(`${'𠮷'.repeat(38)}()099904120261105000000012`);
    const marked = 'ᄀ\u1160ᆫ'.repeat(20);
    expect(commonName(marked)).toBe(`${'ᄀ\u1160ᆫ'.repeat(12)}()099904120261105000000012`);
  });

  it('A distinguished name holds every special character of a name and gives it back', () => {
    const names = fc.string({ minLength: 1, maxLength: 38, unit: fc.constantFrom(...nameCharacters) });
    fc.assert(
      fc.property(names, (name) => {
        const named = personalName({ ...subject, name, digits: '099904120261105000000012' });
        const written = name.normalize('NFC');
        expect(new Name(encodeName(named)).getField('CN')).toEqual([`${written}()099904120261105000000012`]);
        expect(digitsOfSubject(nameText(named))).toBe('099904120261105000000012');
      }),
    );
  });

  it.each([
    ['NUL', '김\0견본'],
    ['a line end', '김견본\n'],
    ['a tab', '김\t견본'],
    ['a control character of Latin 1', '김\u0085'],
    ['half a character', '김\ud83d'],
    ['a character that cannot be seen', '김\u200b견본'],
    ['a character that turns the direction of the text', '\u202e김견본'],
    ['the mark of a lost character', '김\ufffd견본'],
    ['a character of private use', '김\ue000'],
    ['no character at all', ''],
  ])('A distinguished name refuses %s in any part', (_what, value) => {
    expect(() => encodeName([{ type: 'ou', value }])).toThrow(RangeError);
    expect(() => encodeName([{ type: 'cn', value }])).toThrow(RangeError);
  });

  it('A distinguished name refuses any part longer than 64 characters', () => {
    expect(encodeName([{ type: 'ou', value: '😀'.repeat(64) }])).toBeInstanceOf(Buffer);
    expect(() => encodeName([{ type: 'ou', value: '가'.repeat(65) }])).toThrow(RangeError);
  });
});
