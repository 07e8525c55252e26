import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readIdentityDocument } from './identity-document.js';

const now = new Date('2026-11-05T03:04:05Z');
const card = { type: 'RESIDENT_CARD', rrn: '900101-1000000', issuedOn: '2015-06-01' };
const licence = { ...card, type: 'DRIVING_LICENCE', licenceNumber: '11-15-123456-78' };
const read = (fields: object) => readIdentityDocument(JSON.stringify(fields), now);

describe('an identity document', () => {
  it('A resident card is read with its number and date of issue', () => {
    expect(read(card)).toEqual({
      type: 'RESIDENT_CARD',
      number: expect.objectContaining({ digits: '9001011000000', birthDate: '1990-01-01' }) as object,
      issuedOn: '2015-06-01',
    });
  });

  it.each(['11-15-123456-78', '111512345678', '11-15-12345678'])(
    'A driving licence is read with its number in one form: %s',
    (licenceNumber) =>
      expect(read({ ...licence, licenceNumber })).toMatchObject({ licenceNumber: '11-15-123456-78' }),
  );

  it('An old licence whose number begins with a region is read', () => {
    expect(read({ ...licence, licenceNumber: '서울 15-123456-78' })?.licenceNumber).toBe('서울-15-123456-78');
  });

  it('Unknown members are ignored', () => {
    expect(read({ ...card, photoId: 'ph_0' })).toEqual(read(card));
  });

  it.each([
    ['of no type', { type: undefined }],
    ['of another type', { type: 'PASSPORT' }],
    ['without a number', { rrn: undefined }],
    ['with the number of no living person', { rrn: '9013011000000' }],
    ['with a number that is a number', { rrn: 9001011000000 }],
    ['without a date of issue', { issuedOn: undefined }],
    ['issued on no day', { issuedOn: '2015-02-30' }],
    ['issued tomorrow', { issuedOn: '2026-11-06' }],
    ['issued before its holder was born', { issuedOn: '1989-12-31' }],
    ['with a time of issue', { issuedOn: '2015-06-01T00:00:00Z' }],
    ['that is a card with the number of a licence', { licenceNumber: '11-15-123456-78' }],
  ])('A document is refused %s', (_, change) => expect(read({ ...card, ...change })).toBeUndefined());

  it.each([undefined, '', '11-15-123456', 'ab-15-123456-78', 1, ['11-15-123456-78']])(
    'A licence with the number %j is refused',
    (licenceNumber) => expect(read({ ...licence, licenceNumber })).toBeUndefined(),
  );

  it('Any other text is refused without an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readIdentityDocument(text, now)).toBeUndefined();
      }),
    );
    for (const text of ['null', '[]', '1', '"RESIDENT_CARD"', '{', '{"__proto__":{"type":"RESIDENT_CARD"}}'])
      expect(readIdentityDocument(text, now)).toBeUndefined();
  });
});
