import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/config';
import { changedTexts } from './changed-texts.js';
import { loadTerms } from './load-terms.js';
import { termsInForce } from './terms-in-force.js';

const catalogue = loadTerms();
const published = JSON.parse(readFileSync(join(projectRoot(), 'libs/terms/digests.json'), 'utf8'));

describe('the published terms', () => {
  // Customers agreed to these bytes. To change a text, add a version; then add its lines to digests.json.
  it('A published version never changes: every text has its digest in digests.json', () => {
    expect(changedTexts(catalogue, published)).toEqual([]);
  });

  it.each(['ko', 'en'] as const)(
    'The terms ask for three consents before personal data is used (%s)',
    (locale) => {
      const terms = termsInForce(catalogue, 'identity', locale, new Date('2026-11-01T00:00:00Z'));
      expect(terms.filter(({ mandatory }) => mandatory).map(({ termsId }) => termsId)).toEqual([
        'personal-information',
        'third-party-provision',
        'unique-identifier',
      ]);
      expect(terms.filter(({ mandatory }) => !mandatory).map(({ termsId }) => termsId)).toEqual([
        'marketing-notices',
      ]);
    },
  );

  it.each(['ko', 'en'] as const)(
    'The terms ask for two consents before a certificate is issued (%s)',
    (locale) => {
      const terms = termsInForce(catalogue, 'issuance', locale, new Date('2026-11-01T00:00:00Z'));
      expect(terms.map(({ termsId, mandatory }) => [termsId, mandatory])).toEqual([
        ['certificate-service', true],
        ['subscriber-duties', true],
        ['expiry-guidance', false],
      ]);
    },
  );

  it.each(
    catalogue.map(
      (document) => [`${document.termsId}/${document.version}.${document.locale}`, document] as const,
    ),
  )(
    'The heading of %s says whether the terms are optional, as the catalogue does',
    (_, { text, locale, mandatory }) => {
      const marks = { ko: ['(선택)', '(필수)'], en: ['(optional)', '(required)'] }[locale];
      expect(text.split('\n', 1)[0]).toContain(marks[Number(mandatory)]);
    },
  );
});
