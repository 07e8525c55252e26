import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RoleDatabase } from '#libs/db';
import { createOldCertificateProvider } from './index.js';

const { accepts } = createOldCertificateProvider({
  // The form is checked without any records.
  db: undefined as unknown as RoleDatabase<'worker'>,
  clock: () => new Date(0),
  expiredForDays: 365,
});
const certificate = Buffer.alloc(1_500, 0x30).toString('base64');
const signature = Buffer.alloc(256, 0xfb).toString('base64url');

describe('an answer with the old certificate', () => {
  it('The answer holds certificate and signature in base64 or base64url; the certificate also in PEM', () => {
    expect(accepts(JSON.stringify({ certificate, signature }))).toBe(true);
    const base64 = Buffer.from(signature, 'base64url').toString('base64');
    expect(accepts(JSON.stringify({ certificate, signature: base64 }))).toBe(true);
    const pem = `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----`;
    expect(accepts(JSON.stringify({ certificate: pem, signature }))).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['an array', '[]'],
    ['a text', '"text"'],
    ['a code', '123456'],
    ['half a JSON object', '{'],
    ['without a signature', JSON.stringify({ certificate })],
    ['with an empty signature', JSON.stringify({ certificate, signature: '' })],
    ['with an unknown member', JSON.stringify({ certificate, signature, serial: '00' })],
    ['with a list of certificates', JSON.stringify({ certificate: [certificate], signature })],
    [
      'with half a PEM',
      JSON.stringify({ certificate: `-----BEGIN CERTIFICATE-----\n${certificate}`, signature }),
    ],
    ['with a signature in other characters', JSON.stringify({ certificate, signature: '+/!=' })],
    ['two JSON objects', JSON.stringify({ certificate, signature }).repeat(2)],
    ['with a certificate of 15 kB', JSON.stringify({ certificate: 'MAAA'.repeat(5_000), signature })],
  ])('An answer with the old certificate cannot be %s', (_what, text) => {
    expect(accepts(text)).toBe(false);
  });

  it('accepts never throws, whatever the answer is', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => expect(accepts(text)).toBe(false)));
  });
});
