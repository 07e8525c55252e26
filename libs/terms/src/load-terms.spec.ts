import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadTerms } from './load-terms.js';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function document(overrides: Record<string, unknown> = {}, text = 'Words.\n'): string {
  const head = {
    termsId: 'rules',
    version: '2026-01',
    stage: 'issuance',
    mandatory: true,
    validFrom: '2026-01-01',
    title: 'Rules',
    ...overrides,
  };
  const lines = Object.entries(head).map(([key, value]) => `${key}: ${value}`);
  return ['---', ...lines, '---', text].join('\n');
}

function folderWith(files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), 'terms-'));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const ko = document({ title: '규칙' }, '말.\n');
const en = document();

describe('loading the terms', () => {
  it('loadTerms reads every version in every language', () => {
    const later = { version: '2026-02', validFrom: '2026-02-01' };
    const catalogue = loadTerms(
      folderWith({
        'rules/2026-01.ko.md': ko,
        'rules/2026-01.en.md': en,
        'rules/2026-02.ko.md': document(later, '새 말.\n'),
        'rules/2026-02.en.md': document(later, 'New words.\n'),
      }),
    );
    expect(catalogue).toHaveLength(4);
    expect(catalogue.find(({ version, locale }) => version === '2026-01' && locale === 'ko')).toEqual({
      termsId: 'rules',
      version: '2026-01',
      locale: 'ko',
      retention: {},
      stage: 'issuance',
      mandatory: true,
      validFrom: new Date('2025-12-31T15:00:00Z'),
      title: '규칙',
      text: '말.\n',
      digest: 'bcdebab383347e4f5a8b1923684b96cc76ee168f0d849e93f3043895661399a9',
    });
  });

  it('loadTerms computes the digest byte for byte: SHA-256 over UTF-8, in lower-case hexadecimal', () => {
    const catalogue = loadTerms(
      folderWith({ 'rules/2026-01.ko.md': ko, 'rules/2026-01.en.md': document({}, 'abc\n\n---\n  def\n') }),
    );
    const english = catalogue.find(({ locale }) => locale === 'en');
    expect(english?.text).toBe('abc\n\n---\n  def\n');
    // printf 'abc\n\n---\n  def\n' | sha256sum
    expect(english?.digest).toBe('eaf1bf4f815d5f14168f2c37497e69b3c7712438e0d8abd11ce5e583185217e2');
  });

  const refused: [string, Record<string, string | Uint8Array>, RegExp][] = [
    ['a missing language', { 'rules/2026-01.ko.md': ko }, /rules\/2026-01 is missing in en/],
    [
      'a language that is not mandatory',
      { 'rules/2026-01.ko.md': ko, 'rules/2026-01.en.md': document({ mandatory: false }) },
      /mandatory in one language only/,
    ],
    [
      'a language at another stage',
      { 'rules/2026-01.ko.md': ko, 'rules/2026-01.en.md': document({ stage: 'identity' }) },
      /different stages/,
    ],
    [
      'a language in force at another time',
      { 'rules/2026-01.ko.md': ko, 'rules/2026-01.en.md': document({ validFrom: '2026-01-02' }) },
      /different validFrom/,
    ],
    [
      'links in one language only',
      { 'rules/2026-01.ko.md': ko, 'rules/2026-01.en.md': document({ links: true }) },
      /allows links in one language only/,
    ],
    ['one text for both languages', { 'rules/2026-01.ko.md': en, 'rules/2026-01.en.md': en }, /same text/],
    [
      'two versions from the same day',
      {
        'rules/2026-01.ko.md': ko,
        'rules/2026-01.en.md': en,
        'rules/2026-02.ko.md': document({ version: '2026-02' }, '새 말.\n'),
        'rules/2026-02.en.md': document({ version: '2026-02' }, 'New words.\n'),
      },
      /same validFrom/,
    ],
    [
      'another folder than its termsId',
      { 'other/2026-01.ko.md': ko },
      /its termsId is rules, its folder other/,
    ],
    [
      'another name than its version',
      { 'rules/2026-02.ko.md': ko },
      /its version is 2026-01, its name says 2026-02/,
    ],
    ['a name that is no version', { 'rules/draft.md': ko }, /is not named <version>.<locale>.md/],
    ['a stage that does not exist', { 'rules/2026-01.ko.md': document({ stage: 'later' }) }, /stage/],
    [
      'a date that does not exist',
      { 'rules/2026-01.ko.md': document({ validFrom: '2026-02-30' }) },
      /validFrom/,
    ],
    ['an unknown key', { 'rules/2026-01.ko.md': document({ mandatroy: true }) }, /mandatroy/],
    ['no front matter', { 'rules/2026-01.ko.md': 'Words.\n' }, /does not begin with front matter/],
    ['no text', { 'rules/2026-01.ko.md': document({}, '') }, /its text must/],
    ['Windows line ends', { 'rules/2026-01.ko.md': ko.replaceAll('\n', '\r\n') }, /line ends/],
    ['a byte order mark', { 'rules/2026-01.ko.md': `\uFEFF${ko}` }, /byte order mark/],
    ['decomposed Hangul', { 'rules/2026-01.ko.md': ko.normalize('NFD') }, /normalisation form C/],
    ['bytes that are not UTF-8', { 'rules/2026-01.ko.md': new Uint8Array([0xb8, 0xbb]) }, /is not UTF-8/],
    ['nothing at all', {}, /there are none/],
  ];
  it.each(refused)('loadTerms refuses %s', (_, files, message) => {
    expect(() => loadTerms(folderWith(files))).toThrow(message);
  });

  it('loadTerms names every problem at once', () => {
    const folder = folderWith({ 'rules/2026-02.ko.md': ko, 'rules/draft.md': ko, 'README.md': 'Terms.\n' });
    expect(() => loadTerms(folder)).toThrow(
      /2026-02\.ko\.md .*draft\.md .*README\.md|README\.md .*2026-02\.ko\.md .*draft\.md/,
    );
  });
});
