import { describe, expect, it } from '@jest/globals';
import type { Person } from '../people/person.js';
import { judgeDocument } from './document-authority.js';

const photo = Buffer.from('ffd8ffe000104a464946ffd9', 'hex').toString('base64');
const holder = {
  name: '김견본',
  rrn: '9001019000001',
  document: { type: 'DRIVING_LICENCE', number: '00-90-000001-00', issuedOn: '2020-02-20' },
} as Person;
const genuine = {
  name: '김견본',
  type: 'DRIVING_LICENCE' as const,
  rrn: '9001019000001',
  issuedOn: '2020-02-20',
  licenceNumber: '00-90-000001-00',
  photo,
};

describe('the document authority', () => {
  it('The document authority accepts a genuine document', () => {
    expect(judgeDocument(genuine, holder)).toBeUndefined();
  });

  it('The document authority requires no licence number on a resident card', () => {
    const card = { ...holder, document: { type: 'RESIDENT_CARD', issuedOn: '2020-02-20' } } as Person;
    const { licenceNumber: _none, ...said } = { ...genuine, type: 'RESIDENT_CARD' as const };
    expect(judgeDocument(said, card)).toBeUndefined();
  });

  it.each([
    ['NAME_DIFFERS', { name: '이견본' }],
    ['NO_SUCH_DOCUMENT', { type: 'RESIDENT_CARD' as const }],
    ['ISSUE_DATE_DIFFERS', { issuedOn: '2020-02-21' }],
    ['LICENCE_NUMBER_DIFFERS', { licenceNumber: '00-90-000002-00' }],
    ['LICENCE_NUMBER_DIFFERS', { licenceNumber: undefined }],
    ['PHOTO_UNREADABLE', { photo: Buffer.from('<html>').toString('base64') }],
    ['PHOTO_UNREADABLE', { photo: '' }],
  ])('The document authority answers %s to %j', (finding, wrong) => {
    expect(judgeDocument({ ...genuine, ...wrong }, holder)).toBe(finding);
  });

  it('The document authority does not know the document of another number', () => {
    expect(judgeDocument(genuine, undefined)).toBe('NO_SUCH_PERSON');
  });
});
