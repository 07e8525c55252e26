import { describe, expect, it } from '@jest/globals';
import { checkConsents, type Consent } from './check-consents.js';
import { termsInForce } from './terms-in-force.js';
import { termsDigest, type TermsDocument, type TermsLocale } from './terms-document.js';

const now = new Date('2026-06-15T00:00:00Z');

function both(termsId: string, version: string, validFrom: string, mandatory = true): TermsDocument[] {
  return (['ko', 'en'] as const).map((locale) => {
    const text = `${termsId} ${version} ${locale}\n`;
    const common = {
      termsId,
      version,
      locale,
      mandatory,
      title: text.trim(),
      text,
      digest: termsDigest(text),
    };
    return { ...common, retention: {}, stage: 'issuance', validFrom: new Date(validFrom) };
  });
}

const catalogue = [
  ...both('service', '2026-01', '2025-12-31T15:00:00Z'),
  ...both('service', '2026-06', '2026-05-31T15:00:00Z'),
  ...both('service', '2026-07', '2026-06-30T15:00:00Z'),
  ...both('duties', '2026-01', '2025-12-31T15:00:00Z'),
  ...both('news', '2026-01', '2025-12-31T15:00:00Z', false),
  ...both('privacy', '2026-01', '2025-12-31T15:00:00Z').map((document) => ({
    ...document,
    stage: 'identity' as const,
  })),
];

function consent(termsId: string, version: string, agreed = true, locale: TermsLocale = 'ko'): Consent {
  return { termsId, version, agreed, digest: termsDigest(`${termsId} ${version} ${locale}\n`) };
}
const service = consent('service', '2026-06');
const duties = consent('duties', '2026-01');
const news = consent('news', '2026-01');

const check = (...consents: Consent[]) => checkConsents(catalogue, 'issuance', consents, now);
const problem = (termsId: string, code: string) => ({ complete: false, problems: [{ termsId, code }] });

describe('terms in force', () => {
  const versions = (at: string) =>
    termsInForce(catalogue, 'issuance', 'ko', new Date(at)).map(
      ({ termsId, version }) => `${termsId} ${version}`,
    );

  it('The terms in force are the latest begun version of each, mandatory terms first', () => {
    expect(versions('2026-06-15T00:00:00Z')).toEqual(['duties 2026-01', 'service 2026-06', 'news 2026-01']);
  });

  it('The terms in force change at midnight in Korea', () => {
    expect(versions('2026-06-30T14:59:59.999Z')).toContain('service 2026-06');
    expect(versions('2026-06-30T15:00:00.000Z')).toContain('service 2026-07');
  });

  it('No terms are in force before the first version begins', () => {
    expect(versions('2025-12-31T14:59:59Z')).toEqual([]);
  });

  it('The terms in force show the members that a consent names, their first day, and the text', () => {
    expect(termsInForce(catalogue, 'identity', 'en', now)).toEqual([
      {
        termsId: 'privacy',
        version: '2026-01',
        validFrom: '2026-01-01',
        title: 'privacy 2026-01 en',
        mandatory: true,
        digest: termsDigest('privacy 2026-01 en\n'),
        text: 'privacy 2026-01 en\n',
      },
    ]);
  });
});

describe('checking consents', () => {
  it('checkConsents accepts agreement to all mandatory terms and finds the language by the digest', () => {
    expect(check(consent('service', '2026-06', true, 'en'), duties)).toEqual({
      complete: true,
      accepted: [
        { ...consent('service', '2026-06', true, 'en'), locale: 'en', mandatory: true },
        { ...duties, locale: 'ko', mandatory: true },
      ],
    });
  });

  it('checkConsents records a refusal of optional terms', () => {
    const result = check(service, duties, { ...news, agreed: false });
    expect(result).toMatchObject({ complete: true });
    expect(result).toHaveProperty('accepted.2', { ...news, agreed: false, locale: 'ko', mandatory: false });
  });

  it('checkConsents names mandatory terms that are missing', () => {
    expect(check(service, news)).toEqual(problem('duties', 'MISSING'));
  });

  it('checkConsents refuses a refusal of mandatory terms', () => {
    expect(check(service, { ...duties, agreed: false })).toEqual(problem('duties', 'NOT_AGREED'));
  });

  it.each(['2026-01', '2026-07', '1999-01'])(
    'checkConsents refuses version %s, which is not in force',
    (version) => {
      expect(check(consent('service', version), duties)).toEqual(problem('service', 'OUTDATED_VERSION'));
    },
  );

  it('checkConsents refuses the digest of another text', () => {
    expect(check(service, { ...duties, digest: service.digest })).toEqual(
      problem('duties', 'DIGEST_MISMATCH'),
    );
  });

  it('checkConsents refuses an upper-case digest', () => {
    expect(check(service, { ...duties, digest: duties.digest.toUpperCase() })).toEqual(
      problem('duties', 'DIGEST_MISMATCH'),
    );
  });

  it('checkConsents refuses terms of another stage', () => {
    expect(check(service, duties, consent('privacy', '2026-01'))).toEqual(
      problem('privacy', 'UNKNOWN_TERMS'),
    );
  });

  it('checkConsents refuses optional terms in a version that is not in force', () => {
    expect(check(service, duties, consent('news', '2025-01'))).toEqual(problem('news', 'OUTDATED_VERSION'));
  });

  it('checkConsents names every problem', () => {
    expect(check(consent('service', '2026-01'), consent('privacy', '2026-01'))).toEqual({
      complete: false,
      problems: [
        { termsId: 'service', code: 'OUTDATED_VERSION' },
        { termsId: 'privacy', code: 'UNKNOWN_TERMS' },
        { termsId: 'duties', code: 'MISSING' },
      ],
    });
  });

  it('checkConsents prefers a refusal to an agreement to the same terms', () => {
    expect(check(service, { ...service, agreed: false }, duties)).toEqual(problem('service', 'NOT_AGREED'));
    expect(check(service, duties, news, { ...news, agreed: false })).toMatchObject({
      complete: true,
      accepted: [{ agreed: true }, { agreed: true }, { termsId: 'news', agreed: false }],
    });
  });

  it('checkConsents records one consent for terms agreed to twice', () => {
    expect(check(service, service, duties)).toHaveProperty('accepted.length', 2);
  });
});
