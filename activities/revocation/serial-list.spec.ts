import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normaliseSerial, readSerialList } from './serial-list.js';

describe('normaliseSerial', () => {
  it.each([
    ['10af', '10af'],
    ['10AF', '10af'],
    ['0x10AF', '10af'],
    ['10:af', '10af'],
    ['1:0A:ff', '10aff'],
    ['0010af', '10af'],
    ['00:10:AF', '10af'],
    ['  10af\t', '10af'],
    ['f'.repeat(40), 'f'.repeat(40)],
  ])('normaliseSerial normalises %p to %p', (given, stored) => {
    expect(normaliseSerial(given)).toBe(stored);
  });

  it.each([
    '',
    '0',
    '0x',
    '00:00',
    '10ag',
    '10 af',
    '10::af',
    ':10',
    '10:',
    '10:a',
    '-1',
    '10af,',
    'f'.repeat(41),
  ])('normaliseSerial rejects %p', (given) => {
    expect(normaliseSerial(given)).toBeUndefined();
  });

  it('normaliseSerial gives the same serial number for all notations', () => {
    const serial = fc.stringMatching(/^10[0-9a-f]{34}$/);
    fc.assert(
      fc.property(serial, (text) => {
        const octets = text.match(/../g)?.join(':') ?? '';
        for (const notation of [
          text,
          text.toUpperCase(),
          octets,
          octets.toUpperCase(),
          `0x${text}`,
          `00${text}`,
        ])
          expect(normaliseSerial(notation)).toBe(text);
      }),
    );
  });
});

describe('readSerialList', () => {
  it('readSerialList returns each serial number once, in order, without comments and blank lines', () => {
    expect(readSerialList('\uFEFF# lost laptop\n0B\r\n0a\n\n  0B  \n0b\n0:0a\n').serials).toEqual(['b', 'a']);
  });

  it('readSerialList reports lines that are not serial numbers with their line numbers', () => {
    expect(readSerialList('0a\nserial\n\n# fine\n0b;0c\r\n0d').malformed).toEqual([
      { line: 2, text: 'serial' },
      { line: 5, text: '0b;0c' },
    ]);
  });

  it('readSerialList reads a list of 100,000 serial numbers', () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => (index + 1).toString(16));
    expect(readSerialList(lines.join('\n')).serials).toEqual(lines);
  });
});
