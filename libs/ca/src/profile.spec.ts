import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '#libs/config';
import { z } from 'zod';
import { loadProfile, profileConfig } from './profile-config.js';
import {
  canonicalProfile,
  parseProfile,
  personalBankProfile,
  personalBankRsaProfile,
  profileDigest,
  ProfileError,
  type CertificateProfile,
} from './profile.js';

const settings = { bank: { name: '견본은행', code: '999' }, statusUrl: 'http://status.reseal.test' };
const profile = personalBankProfile(settings);
const configured = (env: Record<string, string>) => loadProfile(loadConfig(z.object(profileConfig), env));
const written = (change: Record<string, unknown>) => JSON.stringify({ ...profile, ...change });
const refusal = (load: () => unknown): string => {
  try {
    load();
  } catch (error) {
    expect(error instanceof ProfileError || error instanceof ConfigError).toBe(true);
    return (error as Error).message;
  }
  throw new Error('was accepted');
};

describe('certificate profile', () => {
  it('A certificate profile is unchanged by its document, with the same digest', () => {
    for (const shipped of [profile, personalBankRsaProfile(settings)]) {
      const document = canonicalProfile(shipped);
      expect(parseProfile(document)).toEqual(shipped);
      expect(profileDigest(parseProfile(document))).toBe(profileDigest(shipped));
    }
  });

  it('A certificate profile has one document, in whatever order its fields are written', () => {
    const shuffled = Object.fromEntries(Object.entries(profile).reverse()) as unknown as CertificateProfile;
    expect(canonicalProfile(shuffled)).toBe(canonicalProfile(profile));
    expect(canonicalProfile(profile)).toBe(
      '{"bank":{"code":"999","name":"견본은행"},"crlShards":16,"id":"personal-bank/3",' +
        '"keyTypes":["RSA-2048","EC-P256"],"keyUsage":["digitalSignature","nonRepudiation"],' +
        '"policy":"1.2.410.200005.1.1.4","registrationCode":"041","statusUrl":"http://status.reseal.test",' +
        '"validityYears":1}',
    );
  });

  it('A certificate profile changes its digest with every field', () => {
    const changed: Partial<CertificateProfile>[] = [
      { id: 'other' },
      { policy: '1.2.3' },
      { keyTypes: ['EC-P256'] },
      { keyUsage: ['digitalSignature'] },
      { validityYears: 2 },
      { crlShards: 4 },
      { statusUrl: 'http://elsewhere.test' },
      { bank: { name: '견본은행', code: '998' } },
      { registrationCode: '042' },
    ];
    expect(changed.flatMap(Object.keys).sort()).toEqual(Object.keys(profile).sort());
    const digests = changed.map((change) => profileDigest({ ...profile, ...change }));
    expect(new Set([...digests, profileDigest(profile)]).size).toBe(changed.length + 1);
  });

  it('A certificate profile is made from the settings of a bank, with defaults', () => {
    expect(configured({})).toEqual(
      personalBankProfile({ bank: { name: 'RESEAL', code: '999' }, statusUrl: 'http://127.0.0.1:3002' }),
    );
    const env = { RESEAL_BANK_NAME: '견본은행', RESEAL_STATUS_URL: 'http://status.reseal.test' };
    expect(configured(env)).toEqual(profile);
    expect(configured({ ...env, RESEAL_PROFILE_NAME: 'personal-bank-rsa' })).toEqual(
      personalBankRsaProfile(settings),
    );
  });

  it('A certificate profile is read from a document', () => {
    const own = written({ id: 'own', policy: '1.2.410.200005.1.1.1', validityYears: 3 });
    expect(configured({ RESEAL_PROFILE: own, RESEAL_BANK_NAME: 'unused' })).toEqual(parseProfile(own));
  });

  it.each<[string, unknown]>([
    ['id', 'Über'],
    ['policy', '1.2.410.'],
    ['policy', '3.1.1'],
    ['policy', '1.40.1'],
    ['policy', '1.2.03'],
    ['keyTypes', []],
    ['keyTypes', ['RSA-1024']],
    ['keyTypes', ['RSA-2048', 'RSA-2048']],
    ['keyUsage', ['keyCertSign']],
    ['validityYears', 0],
    ['validityYears', 1.5],
    ['validityYears', 6],
    ['crlShards', 0],
    ['crlShards', 100_000],
    ['statusUrl', 'https://status.reseal.test'],
    ['statusUrl', 'http://status.reseal.test/'],
    ['statusUrl', 'http://status.reseal.test/?a=b'],
    ['statusUrl', 'http://user@status.reseal.test'],
    ['statusUrl', 'http://한국.test'],
    ['statusUrl', 'status'],
    ['registrationCode', '41'],
    ['bank', { name: '', code: '999' }],
    ['bank', { name: '견본은행', code: 999 }],
    ['bank', { name: 'ᄀ\u0000', code: '999' }],
  ])('A certificate profile is refused with %s %j', (field, value) => {
    expect(refusal(() => parseProfile(written({ [field]: value })))).toContain(field);
    expect(refusal(() => configured({ RESEAL_PROFILE: written({ [field]: value }) }))).toContain(
      'RESEAL_PROFILE',
    );
  });

  it('A certificate profile is refused with every bad or unknown field named at once', () => {
    const message = refusal(() =>
      parseProfile(
        written({ policy: 'x', crlShards: 0, bank: { name: '은행', code: '1' }, keyUsage: undefined }),
      ),
    );
    for (const field of ['policy', 'crlShards', 'bank.code', 'keyUsage']) expect(message).toContain(field);
    expect(refusal(() => parseProfile(written({ colour: 'blue' })))).toContain('colour');
    expect(refusal(() => parseProfile('{'))).toContain('not JSON');
    const env = { RESEAL_BANK_CODE: '1', RESEAL_STATUS_URL: 'ftp://x', RESEAL_PROFILE_NAME: 'other' };
    const config = refusal(() => configured(env));
    for (const key of Object.keys(env)) expect(config).toContain(key);
  });
});
