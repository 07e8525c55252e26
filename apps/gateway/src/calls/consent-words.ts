import type { BilingualText } from '#libs/domain';
import type { ConsentProblemCode } from '#libs/terms';

/** Faults of a consent: the request is wrong, or the terms have changed since the customer agreed. */
type ConsentFaultCode = ConsentProblemCode | 'TERMS_CHANGED';

const words: Readonly<Record<ConsentFaultCode, BilingualText>> = {
  MISSING: { ko: '필수 약관에 동의해야 합니다', en: 'mandatory terms were not agreed to' },
  NOT_AGREED: { ko: '필수 약관에 동의해야 합니다', en: 'mandatory terms were refused' },
  OUTDATED_VERSION: { ko: '현재 시행 중인 판이 아닙니다', en: 'this version is not in force' },
  UNKNOWN_TERMS: { ko: '이 단계의 약관이 아닙니다', en: 'these terms do not belong to this stage' },
  DIGEST_MISMATCH: {
    ko: '시행 중인 약관의 해시가 아닙니다',
    en: 'this is not the digest of the text in force',
  },
  TERMS_CHANGED: {
    ko: '동의한 뒤에 새 판이 시행되었습니다',
    en: 'a new version came into force after this consent',
  },
};

/** The text of a fault of a consent; it begins with the id of the terms. */
export function consentFault(termsId: string, code: ConsentFaultCode): BilingualText {
  const { ko, en } = words[code];
  return { ko: `${termsId}: ${ko}`, en: `${termsId}: ${en}` };
}

/** The text of a fault that a step recorded as `<termsId>: <code>`; undefined for an unknown code. */
export function recordedConsentFault(code: string, message: string): BilingualText | undefined {
  if (!Object.hasOwn(words, code)) return undefined;
  return consentFault(message.slice(0, message.lastIndexOf(':')), code as ConsentFaultCode);
}
