import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FormatError } from './format-error.js';
import { DerReader } from './reader.js';
import { constructed, primitive, tags } from './tags.js';
import { der, derWriter } from './writer.js';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');

describe('the DER writer', () => {
  it.each([
    ['an empty SEQUENCE', der.sequence(), '3000'],
    ['a length of one byte', der.octetString(new Uint8Array(0x80)), `048180${'00'.repeat(0x80)}`],
    ['a length of two bytes', der.octetString(new Uint8Array(0x100)), `04820100${'00'.repeat(0x100)}`],
    ['zero', der.smallInteger(0), '020100'],
    ['a small integer with its first bit set', der.smallInteger(128), '02020080'],
    ['the largest small integer', der.smallInteger(0x7f_ff_ff_ff), '02047fffffff'],
    ['an integer without leading zeros', der.unsignedInteger(bytes('0000ff')), '020200ff'],
    ['an integer of no bytes', der.unsignedInteger(bytes('')), '020100'],
    ['an identifier with a long arc', der.objectIdentifier('1.2.410.200004'), '06062a831a8c9a44'],
    ['named bits without trailing zeros', der.namedBits([0, 1]), '030206c0'],
    ['no named bits', der.namedBits([]), '030100'],
    ['a time before 2050', der.time(new Date('2049-12-31T23:59:59.9Z')), '170d3439313233313233353935395a'],
    ['a time from 2050', der.time(new Date('2050-01-01T00:00:00Z')), '180f32303530303130313030303030305a'],
    ['TRUE', der.trueValue, '0101ff'],
    ['NULL', der.nullValue, '0500'],
    ['an explicit context tag', der.explicit(3, der.nullValue), 'a3020500'],
    ['an implicit context tag', der.implicit(1, bytes('ff')), '8101ff'],
  ])('The DER writer encodes %s', (_, value, expected) => expect(hex(value)).toBe(expected));

  it('The DER writer allocates with the given function', () => {
    const writer = derWriter((length) => Buffer.alloc(length, 0xaa));
    expect(writer.sequence(writer.utf8String('가')).equals(Buffer.from('30050c03eab080', 'hex'))).toBe(true);
  });
});

describe('the DER reader', () => {
  it('The DER reader reads back what the writer encodes, from a Buffer and from plain bytes', () => {
    const content = fc.record({
      text: fc.string({ unit: 'grapheme' }),
      blob: fc.uint8Array({ maxLength: 70_000 }),
      number: fc.nat(),
      oid: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }).map((arcs) => `1.2.${arcs.join('.')}`),
    });
    fc.assert(
      fc.property(content, fc.boolean(), ({ text, blob, number, oid }, asBuffer) => {
        const encoded = der.sequence(
          der.utf8String(text),
          der.bitString(blob),
          der.explicit(0, der.smallInteger(number)),
          der.objectIdentifier(oid),
        );
        const input: Uint8Array = asBuffer ? Buffer.from(encoded) : encoded;
        const reader = DerReader.ofSingle(input, tags.sequence);
        expect(reader.text()).toBe(text);
        const bits = reader.bits();
        expect(Buffer.isBuffer(bits)).toBe(asBuffer);
        expect(hex(bits)).toBe(hex(blob));
        expect(reader.read(constructed(0), (inner) => inner.smallInteger())).toBe(number);
        expect(reader.objectIdentifier()).toBe(oid);
        expect(reader.done).toBe(true);
        reader.end();
      }),
      { numRuns: 50 },
    );
  });

  const readSequence = (input: Uint8Array) => DerReader.ofSingle(input, tags.sequence).walk();
  it.each([
    ['no bytes', ''],
    ['a cut off value', '30030500'],
    ['a cut off length', '3082'],
    ['bytes after the value', '300000'],
    ['an indefinite length', '30800000'],
    ['a length of five bytes', '308500000000020500'],
    ['a long form for a short length', '3081020500'],
    ['a length with a leading zero byte', `308300008104817e${'00'.repeat(0x7e)}`],
    ['a tag of several bytes', '30031f8101'],
    ['another tag', '0500'],
  ])('The DER reader refuses %s', (_, input) =>
    expect(() => readSequence(bytes(input))).toThrow(FormatError),
  );

  it('The DER reader refuses values that are nested too deeply', () => {
    const deep = (levels: number) =>
      Array.from({ length: levels }).reduce<Uint8Array>((inner) => der.sequence(inner), der.sequence());
    expect(() => readSequence(deep(32))).not.toThrow();
    expect(() => readSequence(deep(40))).toThrow('nested too deeply');
  });

  it('The DER reader accepts lengths that are longer than necessary only on request', () => {
    const long = bytes('3081020500');
    expect(() => DerReader.ofSingle(long, tags.sequence)).toThrow('longer than necessary');
    expect(DerReader.ofSingle(long, tags.sequence, 'definite').content(tags.null)).toHaveLength(0);
    expect(() => DerReader.ofSingle(bytes('30800000'), tags.sequence, 'definite')).toThrow(FormatError);
    expect(() => DerReader.ofSingle(bytes('308104308002'), tags.sequence, 'definite')).toThrow(FormatError);
  });

  it('The DER reader keeps its length rule inside of values', () => {
    const nested = bytes('30053081020500');
    expect(() => readSequence(nested)).toThrow('longer than necessary');
    expect(() => DerReader.ofSingle(nested, tags.sequence, 'definite').walk()).not.toThrow();
  });

  it.each([
    ['an INTEGER without content', '0200'],
    ['an INTEGER with a needless zero byte', '02020001'],
    ['a negative INTEGER with a needless byte', '0202ff80'],
  ])('The DER reader refuses %s', (_, input) =>
    expect(() => new DerReader(bytes(input)).integer()).toThrow(FormatError),
  );

  it.each(['0200', '0201ff', '020600000000ffff', '02050080000000'])(
    'The DER reader refuses %s as a small INTEGER',
    (input) => expect(() => new DerReader(bytes(input)).smallInteger()).toThrow(FormatError),
  );

  it.each(['0600', '060180', '06028001', '060281', '0609ffffffffffffffff7f'])(
    'The DER reader refuses the OBJECT IDENTIFIER %s',
    (input) => expect(() => new DerReader(bytes(input)).objectIdentifier()).toThrow(FormatError),
  );

  it.each([
    ['0c02c3a9', 'é'],
    ['13026b72', 'kr'],
    ['1401e9', 'é'],
    ['16026b72', 'kr'],
    ['1e02ac00', '가'],
  ])('The DER reader reads the text of %s', (input, text) =>
    expect(new DerReader(bytes(input)).text()).toBe(text),
  );

  it.each(['0c01ff', '1e01ac', '0500'])('The DER reader refuses %s as text', (input) =>
    expect(() => new DerReader(bytes(input)).text()).toThrow(FormatError),
  );

  it('The DER reader lists values of any tag with their content and encoding', () => {
    const reader = new DerReader(bytes('0500860161'));
    expect(
      [...reader.elements()].map(({ tag, content, encoded }) => [tag, hex(content), hex(encoded)]),
    ).toEqual([
      [tags.null, '', '0500'],
      [primitive(6), '61', '860161'],
    ]);
    expect(() => reader.element()).toThrow('a value is missing');
    expect(() => new DerReader(bytes('0500')).element(tags.set)).toThrow(FormatError);
  });

  it('The DER reader returns or fails with a FormatError for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        try {
          new DerReader(input, 'definite').walk();
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
    );
  });
});
