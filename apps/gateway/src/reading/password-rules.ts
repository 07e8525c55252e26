import type { passwordRulesSchema } from '#libs/contracts';
import { passwordRuleCodes, passwordRules, type PasswordRuleCode } from '#libs/domain';
import type { z } from 'zod';

const { version, minimumLength, maximumLength, forbiddenCharacters } = passwordRules;
const forbidden = forbiddenCharacters.join(' ');

const words: Readonly<Record<PasswordRuleCode, { ko: string; en: string }>> = {
  TOO_SHORT: {
    ko: `${minimumLength}자 이상이어야 합니다.`,
    en: `At least ${minimumLength} characters.`,
  },
  TOO_LONG: { ko: `${maximumLength}자를 넘을 수 없습니다.`, en: `At most ${maximumLength} characters.` },
  NEEDS_LETTER: { ko: '영문자를 포함해야 합니다.', en: 'At least one letter.' },
  NEEDS_DIGIT: { ko: '숫자를 포함해야 합니다.', en: 'At least one digit.' },
  NEEDS_SPECIAL: { ko: '특수문자를 포함해야 합니다.', en: 'At least one special character.' },
  FORBIDDEN_CHARACTER: {
    ko: `다음 문자는 쓸 수 없습니다: ${forbidden}`,
    en: `None of these characters: ${forbidden}`,
  },
  UNPRINTABLE_CHARACTER: {
    ko: '영문 자판으로 입력할 수 있는 문자만 쓸 수 있습니다(공백 제외).',
    en: 'Only printable ASCII characters, without spaces.',
  },
};

/** The rules for a new certificate password, as data and in words. */
export function describePasswordRules(): z.output<typeof passwordRulesSchema> {
  return {
    version,
    minimumLength,
    maximumLength,
    forbiddenCharacters: [...forbiddenCharacters],
    rules: passwordRuleCodes.map((code) => ({ code, text: words[code] })),
  };
}
