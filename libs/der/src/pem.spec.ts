import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FormatError } from './format-error.js';
import { derOfFile, derOfText, pemBlocks, pemOf, textOfFile } from './pem.js';

const folder = fileURLToPath(new URL('../testdata/csr-pem/', import.meta.url));
const labels = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];
const der = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x07);
const pem = pemOf(der, 'CERTIFICATE REQUEST');

describe('a PKCS#10 request in PEM', () => {
  it.each(readdirSync(folder))(
    'A PKCS#10 request in PEM is read as tools and editors write it (%s)',
    (name) => {
      const read = derOfFile(readFileSync(`${folder}/${name}`), labels);
      expect(read[0]).toBe(0x30);
    },
  );

  it.each([
    ['with a byte order mark', `\ufeff${pem}`],
    ['with Windows line ends', pem.replaceAll('\n', '\r\n')],
    ['with old Macintosh line ends', pem.replaceAll('\n', '\r')],
    ['indented', pem.replaceAll('\n', '\n\t  ')],
    ['in one line', pem.replaceAll('\n', ' ')],
    ['with text before and behind', `Subject: CN = x\n${pem}# made on phone 7\n`],
    ['beside another block', `${pemOf(der, 'EC PARAMETERS')}${pem}`],
    ['as base64 alone', Buffer.from(der).toString('base64')],
  ])('A PKCS#10 request in PEM is read %s', (_, text) => expect(derOfText(text, labels)).toEqual(der));

  it.each([
    ['cut off', pem.slice(0, -10)],
    ['twice', pem + pem],
    ['with other characters', pem.replace('MA', 'M!')],
    ['empty', '-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n'],
    ['of another label', pemOf(der, 'CERTIFICATE')],
    ['nothing', ''],
  ])('A PKCS#10 request in PEM is refused %s', (_, text) =>
    expect(() => derOfText(text, labels)).toThrow(FormatError),
  );
});

describe('a file', () => {
  it('A file is read in DER, and in PEM of UTF-8 and UTF-16', () => {
    const utf16 = Buffer.from(`\ufeff${pem}`, 'utf16le');
    for (const file of [
      der,
      Buffer.from(pem),
      Buffer.from(`\ufeff${pem}`),
      utf16,
      Buffer.from(utf16).swap16(),
    ])
      expect(derOfFile(file, labels)).toEqual(der);
    expect(textOfFile(utf16)).toContain('BEGIN');
  });

  it('A PEM file gives back its blocks', () => {
    const block = fc.record({
      label: fc.constantFrom('CERTIFICATE', 'X509 CRL'),
      der: fc.uint8Array({ minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(block), (blocks) => {
        const text = blocks.map((each) => pemOf(each.der, each.label)).join('between\n');
        expect(pemBlocks(text)).toEqual(blocks.map((each) => ({ ...each, der: Uint8Array.from(each.der) })));
      }),
    );
  });

  it('A PEM file of many beginnings and no end is parsed quickly', () => {
    expect(pemBlocks('-----BEGIN A-----'.repeat(60_000))).toEqual([]);
  });
});
