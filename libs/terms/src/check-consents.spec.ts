import { describe, expect, it } from '@jest/globals';
import { checkConsents, type Consent } from './check-consents.js';
import { termsInForce } from './terms-in-force.js';
import { digestOf, type TermsDocument, type TermsLocale } from './terms-document.js';

const now = new Date('2026-06-15T00:00:00Z');

function both(termsId: string, version: string, validFrom: string, mandatory = true): TermsDocument[] {
  return (['ko', 'en'] as const).map((locale) => {
    const text = `${termsId} ${version} ${locale}\n`;
    const common = { termsId, version, locale, mandatory, title: text.trim(), text, digest: digestOf(text) };
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
  return { termsId, version, agreed, digest: digestOf(`${termsId} ${version} ${locale}\n`) };
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

  it('are the latest version of each that has begun, mandatory ones first', () => {
    expect(versions('2026-06-15T00:00:00Z')).toEqual(['duties 2026-01', 'service 2026-06', 'news 2026-01']);
  });

  it('change at midnight in Korea', () => {
    expect(versions('2026-06-30T14:59:59.999Z')).toContain('service 2026-06');
    expect(versions('2026-06-30T15:00:00.000Z')).toContain('service 2026-07');
  });

  it('are none before the first begins', () => {
    expect(versions('2025-12-31T14:59:59Z')).toEqual([]);
  });

  it('show what a consent has to name, and the text itself', () => {
    expect(termsInForce(catalogue, 'identity', 'en', now)).toEqual([
      {
        termsId: 'privacy',
        version: '2026-01',
        title: 'privacy 2026-01 en',
        mandatory: true,
        digest: digestOf('privacy 2026-01 en\n'),
        text: 'privacy 2026-01 en\n',
      },
    ]);
  });
});

describe('checking consents', () => {
  it('accepts agreement to all mandatory terms and tells the language from the digest', () => {
    expect(check(consent('service', '2026-06', true, 'en'), duties)).toEqual({
      complete: true,
      accepted: [
        { ...consent('service', '2026-06', true, 'en'), locale: 'en', mandatory: true },
        { ...duties, locale: 'ko', mandatory: true },
      ],
    });
  });

  it('records that optional terms were refused', () => {
    const result = check(service, duties, { ...news, agreed: false });
    expect(result).toMatchObject({ complete: true });
    expect(result).toHaveProperty('accepted.2', { ...news, agreed: false, locale: 'ko', mandatory: false });
  });

  it('asks for mandatory terms that were left out', () => {
    expect(check(service, news)).toEqual(problem('duties', 'MISSING'));
  });

  it('does not take a refusal of mandatory terms', () => {
    expect(check(service, { ...duties, agreed: false })).toEqual(problem('duties', 'NOT_AGREED'));
  });

  it.each(['2026-01', '2026-07', '1999-01'])(
    'does not take version %s, which is not the one in force',
    (version) => {
      expect(check(consent('service', version), duties)).toEqual(problem('service', 'OUTDATED_VERSION'));
    },
  );

  it('does not take the digest of another text', () => {
    expect(check(service, { ...duties, digest: service.digest })).toEqual(
      problem('duties', 'DIGEST_MISMATCH'),
    );
  });

  it('does not take an upper-case digest', () => {
    expect(check(service, { ...duties, digest: duties.digest.toUpperCase() })).toEqual(
      problem('duties', 'DIGEST_MISMATCH'),
    );
  });

  it('knows no terms of another stage', () => {
    expect(check(service, duties, consent('privacy', '2026-01'))).toEqual(
      problem('privacy', 'UNKNOWN_TERMS'),
    );
  });

  it('refuses optional terms in the wrong version rather than record what nobody was shown', () => {
    expect(check(service, duties, consent('news', '2025-01'))).toEqual(problem('news', 'OUTDATED_VERSION'));
  });

  it('names every problem', () => {
    expect(check(consent('service', '2026-01'), consent('privacy', '2026-01'))).toEqual({
      complete: false,
      problems: [
        { termsId: 'service', code: 'OUTDATED_VERSION' },
        { termsId: 'privacy', code: 'UNKNOWN_TERMS' },
        { termsId: 'duties', code: 'MISSING' },
      ],
    });
  });

  it('lets a refusal win over an agreement to the same terms', () => {
    expect(check(service, { ...service, agreed: false }, duties)).toEqual(problem('service', 'NOT_AGREED'));
    expect(check(service, duties, news, { ...news, agreed: false })).toMatchObject({
      complete: true,
      accepted: [{ agreed: true }, { agreed: true }, { termsId: 'news', agreed: false }],
    });
  });

  it('records terms agreed to twice once', () => {
    expect(check(service, service, duties)).toHaveProperty('accepted.length', 2);
  });
});
