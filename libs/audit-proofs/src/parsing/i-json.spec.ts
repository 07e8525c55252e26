import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type NotIJson, readIJson } from './i-json.js';

const kindOf = (text: string) => {
  try {
    readIJson(text);
    return undefined;
  } catch (error) {
    return (error as NotIJson).kind;
  }
};

/** JSON without a member `__proto__`, which fast-check likes to make and the parser refuses. */
const values = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"__proto__":'));

describe('reading I-JSON', () => {
  it('The I-JSON parser reads what JSON.stringify writes, with any indentation', () => {
    fc.assert(
      fc.property(values, fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(readIJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('The I-JSON parser reads nothing that JSON.parse does not read', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (json, at, put) => {
        const text = json.slice(0, at % (json.length + 1)) + put + json.slice(at % (json.length + 1));
        if (kindOf(text) === undefined) expect(readIJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['two members of one name', '{"reissue":1,"reissue":2}'],
    ['two members of one name, one of them escaped', '{"reissue":1,"re\\u0069ssue":2}'],
    ['a member __proto__', '{"details":{"__proto__":{"state":"REGISTERED"}}}'],
    ['a number too large', '[1e999]'],
    ['a number too small', '[1e-999]'],
    ['an integer with too many digits', '[9007199254740993]'],
    ['an unpaired surrogate', '["\\ud800"]'],
    ['an unpaired surrogate that is not escaped', '["\ud800"]'],
    ['an unpaired surrogate in a name', '{"\\udc00":1}'],
    ['20,000 arrays within each other', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['20,000 objects within each other', '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)],
  ])('The I-JSON parser refuses %s as ambiguous', (_, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(kindOf(text)).toBe('AMBIGUOUS');
  });

  it.each([
    '',
    ' ',
    '{',
    '{"a"}',
    '{"a":1,}',
    '[1,]',
    '[1 2]',
    '01',
    '1.',
    '+1',
    'NaN',
    '"\t"',
    '"\\x"',
    '"\\u12"',
    '"a',
    "{'a':1}",
    'null null',
    '\u00a01',
  ])('The I-JSON parser refuses %j as no JSON', (text) => {
    expect(kindOf(text)).toBe('SYNTAX');
  });

  it('The I-JSON parser names the place of an error', () => {
    expect(() => readIJson('{\n  "a": 1,\n  "a": 2\n}')).toThrow(
      'two members have the name "a", at line 3, column 6',
    );
    expect(() => readIJson('{\n  "a": ?')).toThrow('unexpected text at line 2, column 8');
    expect(() => readIJson('{"a": 1')).toThrow('the text ends too early');
  });
});
