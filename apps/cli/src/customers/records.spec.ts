import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UsageError } from '../terminal.js';
import { fieldNames, requiredFields } from './customer-record.js';
import { lineBatches, longestLine, type Line } from './lines.js';
import { createRecordReader, type Form, type ReadLine } from './records.js';

const now = new Date('2026-11-05T03:04:05Z');
const verifier = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo';
const full = {
  customerId: 'K-000001',
  ci: `${'A'.repeat(86)}==`,
  name: '홍가상',
  mobile: '010-9123-4567',
  carrier: 'SKT',
  email: 'hong@customer.example',
  bankCode: '999',
  accountNumber: '110-123-456789',
  rrn: '991231-9123456',
  passwordVerifier: verifier,
  passwordSetAt: '2026-01-05T10:00:00+09:00',
  expiryNotices: 'No',
  certificate: Buffer.from('3003020101', 'hex').toString('base64'),
};
const columns = Object.keys(full) as (keyof typeof full)[];

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

/** Everything that a generator yields. */
async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of source) values.push(value);
  return values;
}

async function linesOf(
  bytes: Buffer,
  { size = 7, most = 3, encoding = 'utf-8' as const } = {},
): Promise<Line[]> {
  return (await all(lineBatches(chunksOf(bytes, size), encoding, most))).flat();
}

async function read(form: Form, text: string, most = 100): Promise<ReadLine[]> {
  const reader = createRecordReader(form, now);
  const batches = lineBatches(chunksOf(Buffer.from(text), 1_000), 'utf-8', most);
  return (await all(batches)).flatMap((batch) => reader.read(batch));
}

/** A cell of CSV by RFC 4180. */
const cell = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const csv = (rows: readonly (readonly string[])[]) => rows.map((row) => row.map(cell).join(',')).join('\n');
const reasonsOf = (lines: readonly ReadLine[]) =>
  lines.flatMap((each) => ('refused' in each ? [`${each.line}: ${each.refused}`] : []));

describe('the lines of a file of customers', () => {
  it('Lines have their numbers and texts, however the file arrives and however lines end', async () => {
    const text = fc.stringMatching(/^[^\r\n\uFEFF\uFFFD]{0,40}$/u);
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 50 }),
        async (texts, end, size) => {
          const lines = await linesOf(Buffer.from(texts.map((each) => each + end).join('')), { size });
          expect(lines.map(({ text }) => text)).toEqual(texts);
          expect(lines.map(({ number }) => number)).toEqual(texts.map((_, index) => index + 1));
        },
      ),
    );
  });

  it('A line that is too long is read as such, and the next ones are not lost', async () => {
    const lines = await linesOf(Buffer.from(`a\n${'x'.repeat(longestLine + 1)}\nb`), { size: 10_000 });
    expect(lines).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: undefined },
      { number: 3, text: 'b' },
    ]);
  });

  it('A byte order mark is dropped, and EUC-KR is read', async () => {
    expect(await linesOf(Buffer.from('\uFEFFname\n'))).toEqual([{ number: 1, text: 'name' }]);
    const reader = lineBatches(chunksOf(Buffer.from('c8abb1e6b5bf0a', 'hex'), 3), 'euc-kr', 1);
    expect((await all(reader)).flat()).toEqual([{ number: 1, text: '홍길동' }]);
  });
});

describe('the customers of a file', () => {
  it('A CSV line and a JSON line hold the same customer', async () => {
    const [fromCsv] = await read('CSV', csv([columns, columns.map((name) => full[name])]));
    const [fromJson] = await read('JSONL', JSON.stringify(full));
    expect(fromCsv).toEqual({ line: 2, record: expect.anything() });
    expect({ ...fromCsv, line: 1 }).toEqual(fromJson);
    expect(fromJson).toMatchObject({
      record: {
        mobile: '01091234567',
        accountNumber: '110123456789',
        rrn: '9912319123456',
        passwordSetAt: new Date('2026-01-05T01:00:00Z'),
        expiryNotices: false,
        certificate: Buffer.from('3003020101', 'hex'),
      },
    });
  });

  it('Columns may have any order, and the optional ones may be empty or absent', async () => {
    const some = ['rrn', ...requiredFields].reverse() as (keyof typeof full)[];
    const lines = await read('CSV', csv([some, some.map((name) => (name === 'rrn' ? '' : full[name]))]));
    expect(reasonsOf(lines)).toEqual([]);
    expect(lines).toMatchObject([{ record: { customerId: 'K-000001' } }]);
    expect(fieldNames).toEqual(columns);
  });

  it('A name with quotation marks and commas is read back as it was written', async () => {
    const names = fc.stringMatching(/^[a-z가-힣",' ]{0,20}[a-z]$/u);
    await fc.assert(
      fc.asyncProperty(
        fc.array(names, { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 5 }),
        async (people, most) => {
          const rows = people.map((name) =>
            columns.map((column) => (column === 'name' ? name : full[column])),
          );
          const lines = await read('CSV', csv([columns, ...rows]), most);
          expect(reasonsOf(lines)).toEqual([]);
          const written = people.map((name) => name.normalize('NFC').replace(/\s+/g, ' ').trim());
          expect(lines.map((each) => 'record' in each && each.record.name)).toEqual(written);
        },
      ),
    );
  });

  it('Whatever a file holds, every line is read or refused, and no reason quotes a line', async () => {
    const secrets = ['991231-9123456', '010-9123-4567', full.ci, '홍가상', verifier];
    const noise = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom(...secrets),
      fc.constant('"'),
    );
    const texts = fc.array(fc.array(noise, { maxLength: 14 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom<Form>('CSV', 'JSONL'), async (rows, form) => {
        const content = rows.map((row) => row.join(',').replace(/[\r\n]/g, ''));
        const lines = await read(
          form,
          [...(form === 'CSV' ? [columns.join(',')] : []), ...content].join('\n'),
          5,
        );
        const first = form === 'CSV' ? 2 : 1;
        const numbers = content.flatMap((text, index) => (text.trim() === '' ? [] : [index + first]));
        expect(lines.map(({ line }) => line)).toEqual(numbers);
        for (const reason of reasonsOf(lines))
          for (const secret of secrets) expect(reason).not.toContain(secret);
      }),
    );
  });

  it.each<[string, Partial<Record<keyof typeof full, string>>, string]>([
    ['without a name', { name: '' }, 'name is missing'],
    ['with a CI of another length', { ci: 'AAAA' }, 'ci must be 88 characters of base64'],
    [
      'with a number of twelve digits',
      { rrn: '991231-912345' },
      'rrn must be a resident registration number of 13 digits',
    ],
    [
      'with a day that no calendar has',
      { rrn: '990231-9123456' },
      'rrn must be a resident registration number of 13 digits',
    ],
    ['with a landline', { mobile: '02-123-4567' }, 'mobile must be a Korean mobile number'],
    [
      'with an unknown carrier',
      { carrier: 'XYZ' },
      'carrier must be one of SKT, KT, LGU, SKT_MVNO, KT_MVNO, LGU_MVNO',
    ],
    [
      'with a password in the clear',
      { passwordVerifier: 'Secret123!' },
      'passwordVerifier must be an Argon2id verifier (PHC string)',
    ],
    [
      'with a verifier that takes an hour',
      { passwordVerifier: verifier.replace('t=2', 't=99999') },
      'passwordVerifier must be an Argon2id verifier (PHC string)',
    ],
    [
      'with a password set tomorrow',
      { passwordSetAt: '2026-11-06T00:00:00Z' },
      'passwordSetAt must be a time in the past (ISO 8601, with its offset)',
    ],
    ['with half an address', { email: 'hong@' }, 'email must be an e-mail address'],
    [
      'with two faults',
      { bankCode: '9', accountNumber: '1' },
      'bankCode must be a bank code of three digits; accountNumber must be an account number of 8 to 16 digits',
    ],
  ])('A line is refused %s', async (_what, change, reason) => {
    const values: Record<string, string> = { ...full, ...change };
    expect(reasonsOf(await read('CSV', csv([columns, columns.map((name) => values[name]!)])))).toEqual([
      `2: ${reason}`,
    ]);
    expect(reasonsOf(await read('JSONL', JSON.stringify(values)))).toEqual([`1: ${reason}`]);
  });

  it('A damaged line of CSV spoils no other line', async () => {
    const good = columns.map((name) => cell(full[name])).join(',');
    const lines = await read(
      'CSV',
      [columns.join(','), good, `"${good}`, good, `${good},`, `${good}"`, good].join('\n'),
    );
    expect(reasonsOf(lines)).toEqual([
      '3: has a quotation mark that is not closed, or is in the middle of a field',
      '5: has 14 fields, and the first line 13',
      '6: has a quotation mark that is not closed, or is in the middle of a field',
    ]);
    expect(lines).toHaveLength(6);
  });

  it('A line of JSON is refused if it is no object, or has a member that is not documented', async () => {
    const lines = await read(
      'JSONL',
      ['{', '[]', JSON.stringify({ ...full, '991231-9123456': 1 })].join('\n'),
    );
    expect(reasonsOf(lines)).toEqual([
      '1: is not JSON',
      '2: must be an object with the documented members',
      '3: has a member that is not documented',
    ]);
  });

  it.each([
    ['has an unknown column', 'customerId,ssn', /column 2 is none of/],
    ['lacks a column', 'customerId,name', /no column ci, mobile, bankCode, accountNumber/],
    ['names a column twice', [...requiredFields, 'name'].join(','), /twice/],
  ])('A CSV file is refused if its first line %s', async (_what, header, message) => {
    await expect(read('CSV', `${header}\n`)).rejects.toThrow(UsageError);
    await expect(read('CSV', `${header}\n`)).rejects.toThrow(message);
  });

  it('Bytes that the encoding does not have are refused, not guessed', async () => {
    const reader = createRecordReader('JSONL', now);
    const bytes = Buffer.concat([Buffer.from('{"name":"'), randomBytes(1).fill(0xff), Buffer.from('"}')]);
    const [batch] = await all(lineBatches(chunksOf(bytes, 100), 'utf-8', 1));
    expect(reasonsOf(reader.read(batch!))).toEqual([
      '1: has characters that the encoding does not have (see --encoding)',
    ]);
  });
});
