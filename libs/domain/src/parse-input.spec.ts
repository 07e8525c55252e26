import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  parseBase64Url,
  parseOneTimeCode,
  comparableName,
  parseDate,
  parseDigits,
  parseHex,
  parseMobileNumber,
} from './parse-input.js';

describe('a one-time code', () => {
  it.each([
    ['123456', 'plain'],
    [' 123 456\n', 'with spaces and a line end'],
    ['123-456', 'with a hyphen'],
    ['123\u2010456', 'with another hyphen'],
    ['１２３４５６', 'in full-width digits'],
    ['\u202a123456\u202c', 'with marks of direction'],
    ['[Web발신]\n[K은행] 인증번호 123456 를 입력해 주세요. 문의 1588-0000', 'in its message'],
    ['인증번호[123456] 2026-11-29 10:30 유효시간 3분', 'in a message with date and time'],
    ['K뱅크123456', 'behind the name of a depositor'],
  ])('A one-time code is read from %j (%s)', (text) => expect(parseOneTimeCode(text)).toBe('123456'));

  it.each(['', '123', '123456789', 'abcdef', '12a456', '1234 or 5678 ?', '문의 1588-0000'])(
    'No one-time code is read from %j',
    (text) => expect(parseOneTimeCode(text)).toBeUndefined(),
  );

  it('Separators do not change a one-time code', () => {
    const separator = fc.constantFrom('', ' ', '-', '\n', '\u00a0', '\u2212', '.', '\u200b');
    const code = fc.array(fc.tuple(fc.nat(9), separator), { minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(code, (digits) => {
        expect(parseOneTimeCode(digits.flat().join(''))).toBe(digits.map(([digit]) => digit).join(''));
      }),
    );
  });
});

describe('a mobile number', () => {
  it.each([
    '01012345678',
    '010-1234-5678',
    '010 1234 5678',
    '010.1234.5678',
    '010–1234–5678',
    '０１０-１２３４-５６７８',
    '+82 10-1234-5678',
    '+82 (0)10 1234 5678',
    '+82(0)1012345678',
    '0082 10 1234 5678',
    '82 10 1234 5678',
    '\u202d010-1234-5678\u202c',
    '(010) 1234-5678',
  ])('A mobile number is read from %j', (text) => expect(parseMobileNumber(text)).toBe('01012345678'));

  it('A mobile number may have ten digits and another prefix', () => {
    expect(parseMobileNumber('011-234-5678')).toBe('0112345678');
    expect(parseMobileNumber('+82 11 234 5678')).toBe('0112345678');
  });

  it.each([
    '',
    '0212345678',
    '010-123-456',
    '010123456789',
    '+1 010 1234 5678',
    '+81 10 1234 5678',
    '010-1234-567a',
  ])('No mobile number is read from %j', (text) => expect(parseMobileNumber(text)).toBeUndefined());
});

describe('a name as it is compared', () => {
  it.each([
    ['NGUYEN VAN AN', 'nguyen  van an'],
    ['NGUYỄN VĂN AN', 'nguyễn văn an'.normalize('NFD')],
    ["O'BRIEN", 'o’brien'],
    ['KIM-LEE', 'kim\u2013lee'],
    ['STRASSE', 'straße'],
    ['김표본', ' 김 표본\u200b'],
    ['김표본', '김표본'.normalize('NFD')],
  ])('The names %j and %j are equal', (one, other) =>
    expect(comparableName(one)).toBe(comparableName(other)),
  );

  it.each([
    ['NGUYEN VAN AN', 'NGUYENVANAN'],
    ['김표본', '김표분'],
    ['KIM', 'KIMM'],
    ['NGUYỄN', 'NGUYEN'],
  ])('The names %j and %j differ', (one, other) =>
    expect(comparableName(one)).not.toBe(comparableName(other)),
  );

  it('A comparable name does not change when it is made again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(comparableName(comparableName(name))).toBe(comparableName(name));
      }),
    );
  });
});

describe('a day', () => {
  it.each([
    '2026-01-31',
    '20260131',
    '2026.01.31.',
    '2026. 1. 31',
    '2026/1/31',
    '2026년 1월 31일',
    '２０２６-０１-３１',
  ])('A day is read from %j', (text) => expect(parseDate(text)).toBe('2026-01-31'));
  it.each(['', '260131', '31-01-2026', '2026-1', 'yesterday'])('No day is read from %j', (text) =>
    expect(parseDate(text)).toBeUndefined(),
  );
});

describe('bytes in text', () => {
  it('Base64 is read in any alphabet, with or without padding and lines', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const expected = Buffer.from(bytes).toString('base64url');
        const base64 = Buffer.from(bytes).toString('base64');
        for (const text of [expected, base64, base64.replace(/.{8}/g, '$&\r\n'), ` ${base64}\n`])
          expect(parseBase64Url(text)).toBe(expected);
      }),
    );
    for (const text of ['', 'a', 'a!cd', '===', 'ab=c']) expect(parseBase64Url(text)).toBeUndefined();
  });

  it('Hexadecimal is read with colons, spaces and capitals', () => {
    expect(parseHex('AB:cd 01\n')).toBe('abcd01');
    for (const text of ['', 'abc', 'xy']) expect(parseHex(text)).toBeUndefined();
  });

  it('Digits are read in any groups', () => {
    expect(parseDigits('12-34 ５６')).toBe('123456');
    expect(parseDigits('12a')).toBeUndefined();
  });
});
