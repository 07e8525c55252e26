import { describe, expect, it } from '@jest/globals';
import { endText, opsProblemCatalogue, problemCatalogue } from '#libs/contracts';
import { endCodes } from '#libs/domain';
import { refusals, texts } from '../../../../activities/notification/texts.js';
import { consoleKorean } from '../../ops/words/ko.js';
import type { OldCertificateCase } from './cases.js';
import { pageKorean } from './ko.js';

/** Statements end in -니다, questions in -니까, requests in 주세요. */
const formal = /(니다|니까|주세요)[.?]$/;
/** Endings of the informal polite register, and of commands. */
const otherRegister = /(십시오|시오|[아어해여예에네죠]요|까요|나요|가요|지요|(?<!주)세요)(?=[\s.,?!)…’]|$)/;

/** Every Korean text in a tree of words; a function is called with sample arguments. */
function koreanTexts(node: unknown): string[] {
  if (typeof node === 'string') return /[가-힣]/.test(node) ? [node] : [];
  if (typeof node === 'function')
    return koreanTexts((node as (...args: string[]) => unknown)('3', '5', 'ㄱ'));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => (key === 'en' ? [] : koreanTexts(value)));
}

const cases: readonly OldCertificateCase[] = ['UNTOUCHED', 'VALID', 'ON_HOLD', 'REVOKED', 'EXPIRED', 'NONE'];
const statuses = ['VALID', 'ON_HOLD', 'REVOKED', 'EXPIRED'] as const;
const all: readonly (readonly [string, string[]])[] = [
  [
    'reissue page',
    [
      ...koreanTexts({ ...pageKorean, cancelAsk: undefined }),
      ...[true, false].flatMap((issued) => cases.map((old) => pageKorean.cancelAsk(issued, old))),
    ],
  ],
  ['messages', koreanTexts([texts, refusals])],
  ['problems', koreanTexts([problemCatalogue, opsProblemCatalogue])],
  ['console', koreanTexts(consoleKorean)],
  ['end texts', endCodes.flatMap((code) => statuses.map((old) => endText(code, old).ko))],
];

describe.each(all)('Korean texts of the %s', (name, korean) => {
  it(`sentences of the ${name} end in the formal register`, () => {
    expect(korean.length).toBeGreaterThan(10);
    const sentences = korean
      .flatMap((text) => text.split(/(?<=[.?])\s+/))
      .filter((one) => /[가-힣][.?]$/.test(one));
    expect(sentences.filter((sentence) => !formal.test(sentence))).toEqual([]);
  });

  it(`the ${name} use no ending of another register`, () => {
    expect(korean.filter((text) => otherRegister.test(text))).toEqual([]);
  });
});

it('The check finds sentences of another register', () => {
  for (const sentence of [
    '다시 시도하십시오.',
    '재발급을 취소할까요?',
    '끝났어요.',
    '닫지 마세요.',
    '누구신가요?',
  ])
    expect([sentence, otherRegister.test(sentence)]).toEqual([sentence, true]);
  for (const sentence of ['다시 시도해 주세요.', '취소하시겠습니까?', '필요합니다.'])
    expect([sentence, otherRegister.test(sentence)]).toEqual([sentence, false]);
});
