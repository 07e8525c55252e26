import { describe, expect, it } from '@jest/globals';
import { digitsOfSubject, encodeName, nameText, personalName, subjectDigits } from './distinguished-name.js';
import { Name } from './peculiar.js';

const subject = {
  name: '가나다',
  latinName: '',
  digits: '0999041202611050000000012',
  bank: 'RESEAL',
  organisation: 'reseal-test',
};

describe('distinguished names', () => {
  it('follow the pattern of bank-issued certificates', () => {
    expect(nameText(personalName(subject))).toBe(
      'cn=가나다()0999041202611050000000012,ou=RESEAL,ou=personal4IB,o=reseal-test,c=kr',
    );
  });

  it('begin with the country in DER, a PrintableString, and hold Korean as UTF8String', () => {
    const der = encodeName(personalName(subject));
    const parsed = new Name(der);
    expect(parsed.toJSON().map((part) => Object.keys(part)[0])).toEqual(['C', 'O', 'OU', 'OU', 'CN']);
    expect(parsed.getField('CN')).toEqual([`가나다()${subject.digits}`]);
    expect(der.includes(Buffer.from('13026b72', 'hex'))).toBe(true);
    expect(der.includes(Buffer.concat([Buffer.from([0x0c, 0x24]), Buffer.from('가나다()')]))).toBe(true);
  });

  it('number a person by bank, registration code, Korean date and nine digits', () => {
    expect(subjectDigits('999', '041', new Date('2026-11-04T15:00:00Z'), 12)).toBe(
      '099904120261105000000012',
    );
  });

  it('give their digits back', () => {
    expect(digitsOfSubject(nameText(personalName(subject)))).toBe(subject.digits);
    expect(digitsOfSubject(nameText(personalName({ ...subject, name: 'Doe, (Jane)' })))).toBe(subject.digits);
    expect(digitsOfSubject('cn=someone else,o=elsewhere')).toBeUndefined();
  });

  it('escape what would read as another part', () => {
    const name = personalName({ ...subject, name: 'A,ou=B+"C\\' });
    expect(nameText(name)).toMatch(/^cn=A\\,ou=B\\\+\\"C\\\\\(\)/);
  });

  it('refuse a common name longer than 64 characters', () => {
    expect(() => personalName({ ...subject, name: '가'.repeat(40) })).toThrow(RangeError);
  });
});
