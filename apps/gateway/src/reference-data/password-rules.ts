import type { passwordRulesSchema } from '#libs/contracts';
import {
  matchedNumberDigits,
  passwordRuleCodes,
  passwordRules,
  type BilingualText,
  type PasswordRuleCode,
} from '#libs/domain';
import type { z } from 'zod';

const { version, minimumLength, maximumLength, forbiddenCharacters } = passwordRules;
const forbidden = forbiddenCharacters.join(' ');

const words: Readonly<Record<PasswordRuleCode, BilingualText>> = {
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
  CONTAINS_NAME: {
    ko: '이름을 포함할 수 없습니다(영문 자판으로 친 한글 이름도 포함).',
    en: 'Not your name, and not your Korean name typed on an English keyboard.',
  },
  CONTAINS_BIRTH_DATE: { ko: '생년월일을 포함할 수 없습니다.', en: 'Not your date of birth.' },
  CONTAINS_NUMBER: {
    ko: `휴대전화번호, 계좌번호, 주민등록번호의 연속된 숫자 ${matchedNumberDigits}자리 이상을 포함할 수 없습니다.`,
    en: `Not ${matchedNumberDigits} or more digits in a row of your mobile, account or resident registration number.`,
  },
  TOO_COMMON: {
    ko: '흔히 쓰여 쉽게 추측할 수 있는 비밀번호는 쓸 수 없습니다.',
    en: 'Not a common password that is easy to guess.',
  },
  RECENTLY_USED: {
    ko: '최근에 쓴 비밀번호는 다시 쓸 수 없습니다.',
    en: 'Not a password that you used recently.',
  },
};

/** The text of a rule by its code; undefined for an unknown code. */
export function passwordRuleText(code: string): BilingualText | undefined {
  return words[code as PasswordRuleCode];
}

/** The rules for a new certificate password, as data and as text. */
export function describePasswordRules(): z.output<typeof passwordRulesSchema> {
  return {
    version,
    minimumLength,
    maximumLength,
    forbiddenCharacters: [...forbiddenCharacters],
    rules: passwordRuleCodes.map((code) => ({ code, text: words[code] })),
  };
}
