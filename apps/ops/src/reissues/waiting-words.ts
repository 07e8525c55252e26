import type { BilingualText, OpenState, ParkableStep, ParkCode } from '#libs/domain';

/** What a reissue waits for in each state, as staff read it. */
const states: Readonly<Record<OpenState, BilingualText>> = {
  IDENTITY_REQUIRED: {
    ko: '고객의 본인확인을 기다립니다. 기한이 지나면 종료됩니다.',
    en: 'Waits for the customer to verify their identity. It ends at the deadline.',
  },
  PASSWORD_REQUIRED: {
    ko: '고객의 인증서 비밀번호를 기다립니다. 기한이 지나면 종료됩니다.',
    en: 'Waits for the customer’s certificate password. It ends at the deadline.',
  },
  CONSENT_REQUIRED: {
    ko: '고객의 약관 동의를 기다립니다. 기한이 지나면 종료됩니다.',
    en: 'Waits for the customer to agree to the terms. It ends at the deadline.',
  },
  KEY_REQUIRED: {
    ko: '고객 앱의 인증서 요청(PKCS#10)을 기다립니다. 기한이 지나면 종료됩니다.',
    en: 'Waits for the certificate request of the customer’s app (PKCS#10). It ends at the deadline.',
  },
  COOLING_OFF: {
    ko: '고객 보호를 위해 기다립니다. 시간이 지나면 인증서가 자동으로 발급됩니다.',
    en: 'Waits for the protection of the customer. The certificate is issued by itself at the end.',
  },
  ISSUING: {
    ko: '인증기관의 서명을 기다립니다.',
    en: 'Waits for the CA to sign.',
  },
  ISSUED: {
    ko: '고객 앱이 새 인증서를 등록하기를 기다립니다. 기한이 지나면 새 인증서가 철회됩니다.',
    en: 'Waits for the customer’s app to register the new certificate. The certificate is withdrawn at the deadline.',
  },
};

const steps: Readonly<Record<ParkableStep, BilingualText>> = {
  SEND_CHALLENGES: { ko: '인증 수단 발송', en: 'sending challenges' },
  VERIFY_CHALLENGES: { ko: '본인확인 답변 확인', en: 'checking answers' },
  ISSUE_CERTIFICATE: { ko: '인증서 발급', en: 'issuing the certificate' },
  RECORD_STEP: { ko: '단계 기록', en: 'recording a step' },
};

const codes: Readonly<Record<ParkCode, BilingualText>> = {
  DEPENDENCY_UNAVAILABLE: {
    ko: '외부 시스템이 응답하지 않았습니다',
    en: 'another system did not answer',
  },
  OUTCOME_UNKNOWN: {
    ko: '외부 시스템이 처리했는지 알 수 없습니다',
    en: 'the outcome at the other system is unknown',
  },
  STEP_FAILED: { ko: '내부 오류가 발생했습니다', en: 'an internal error occurred' },
};

function parked(step: ParkableStep, code: ParkCode | null): BilingualText {
  const [what, why] = [steps[step], codes[code ?? 'STEP_FAILED']];
  return {
    ko: `운영자를 기다립니다: ‘${what.ko}’ 단계에서 ${why.ko}. 기한이 지나면 중단 처리됩니다.`,
    en: `Waits for an operator: ${why.en} at the step “${what.en}”. It is abandoned at the deadline.`,
  };
}

export const waitingWords = { states, parked } as const;
