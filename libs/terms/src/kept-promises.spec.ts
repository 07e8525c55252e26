import { describe, expect, it } from '@jest/globals';
import { brokenPromises } from './kept-promises.js';
import { loadTerms } from './load-terms.js';

const catalogue = loadTerms();
/** The periods after which records are purged: the defaults of the worker; 0 is at once. */
const years = { issuanceEvidence: 10, unissuedApplications: 5, accessRecords: 2, identityMaterial: 0 };
const starts = [...new Set(catalogue.map(({ validFrom }) => validFrom.getTime()))].map(
  (time) => new Date(time),
);

describe('periods in the terms', () => {
  it.each(starts)('The terms in force from %s promise the periods by which records are purged', (from) => {
    expect(brokenPromises(catalogue, from, years)).toEqual([]);
  });

  it.each(Object.keys(years) as (keyof typeof years)[])(
    'Another period of %s breaks a promise of the terms',
    (records) => {
      const longer = { ...years, [records]: years[records] + 1 };
      const broken = brokenPromises(catalogue, starts.at(-1)!, longer);
      expect(broken.length).toBeGreaterThan(0);
      expect(broken[0]).toContain(`for ${records}; they are kept ${longer[records]} years`);
    },
  );

  /** The words of each language for a number of years. */
  const words = {
    ko: (count: number) => new RegExp(`${count}년`),
    en: (count: number) => new RegExp(`\\b${{ 2: 'two', 5: 'five', 10: 'ten' }[count]} years`),
  };

  it.each(
    catalogue
      .filter(({ retention }) => Object.keys(retention).length > 0)
      .map((document) => [`${document.termsId}/${document.version}.${document.locale}`, document] as const),
  )('The text of %s names the same periods as its data', (_, { text, locale, retention }) => {
    for (const { years: count } of Object.values(retention))
      if (count > 0) expect(text).toMatch(words[locale](count));
    if (retention.identityMaterial)
      expect(text).toMatch(locale === 'ko' ? /재발급 절차가 끝날 때 파기/ : /when the reissue ends/);
  });

  it('Each text that names a period for records has that period as data', () => {
    const naming = catalogue.filter(({ text }) => /10년|ten years/.test(text)).map(({ termsId }) => termsId);
    const silent = catalogue
      .filter(({ retention }) => !retention.issuanceEvidence)
      .map(({ termsId }) => termsId);
    expect(silent.filter((termsId) => naming.includes(termsId))).toEqual([]);
  });
});

describe('terms in force now', () => {
  it('The terms in force name only data that is collected: no passport, no account named by the customer', () => {
    const latest = catalogue.filter(
      ({ termsId, validFrom }) =>
        !catalogue.some((other) => other.termsId === termsId && other.validFrom > validFrom),
    );
    for (const { text } of latest) expect(text).not.toMatch(/passport|여권|account you name|지정한 계좌/);
  });
});
