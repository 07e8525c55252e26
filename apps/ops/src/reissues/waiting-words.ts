import type { Text } from '#libs/contracts';
import type { OpenState, ParkableStep, ParkCode } from '#libs/domain';

/** For what a reissue waits, in the words of whoever looks after it. */
const states: Readonly<Record<OpenState, Text>> = {
  IDENTITY_REQUIRED: {
    ko: '고객의 본인확인을 기다립니다. 기한이 지나면 종료됩니다.',
    en: 'Waits for the customer to prove who they are. It ends when the time is up.',
  },
  PASSWORD_REQUIRED: {
    ko: '고객의 인증서 비밀번호를 기다립니다. 기한이 지나면 종료됩니다.',
    en: 'Waits for the customer’s certificate password. It ends when the time is up.',
  },
  CONSENT_REQUIRED: {
    ko: '고객의 약관 동의를 기다립니다. 기한이 지나면 종료됩니다.',
    en: 'Waits for the customer to agree to the terms. It ends when the time is up.',
  },
  KEY_REQUIRED: {
    ko: '고객 앱의 인증서 요청(PKCS#10)을 기다립니다. 기한이 지나면 종료됩니다.',
    en: 'Waits for the certificate request of the customer’s app (PKCS#10). It ends when the time is up.',
  },
  ISSUING: {
    ko: '인증기관의 서명을 기다립니다.',
    en: 'Waits for the CA to sign.',
  },
  ISSUED: {
    ko: '고객 앱이 새 인증서를 등록하기를 기다립니다. 기한이 지나면 새 인증서가 철회됩니다.',
    en: 'Waits for the customer’s app to register the new certificate. It is withdrawn when the time is up.',
  },
};

const steps: Readonly<Record<ParkableStep, Text>> = {
  SEND_CHALLENGES: { ko: '인증 수단 발송', en: 'sending challenges' },
  VERIFY_CHALLENGES: { ko: '본인확인 답변 확인', en: 'checking answers' },
  ISSUE_CERTIFICATE: { ko: '인증서 발급', en: 'issuing the certificate' },
  RECORD_STEP: { ko: '단계 기록', en: 'recording a step' },
};

const codes: Readonly<Record<ParkCode, Text>> = {
  DEPENDENCY_UNAVAILABLE: {
    ko: '외부 시스템이 응답하지 않았습니다',
    en: 'a system it needs did not answer',
  },
  OUTCOME_UNKNOWN: {
    ko: '외부 시스템이 처리했는지 알 수 없습니다',
    en: 'nobody knows whether the other system acted',
  },
  STEP_FAILED: { ko: '내부 오류가 발생했습니다', en: 'our own code failed' },
};

function parked(step: ParkableStep, code: ParkCode | null): Text {
  const [what, why] = [steps[step], codes[code ?? 'STEP_FAILED']];
  return {
    ko: `운영자를 기다립니다: ‘${what.ko}’ 단계에서 ${why.ko}. 기한이 지나면 중단 처리됩니다.`,
    en: `Waits for an operator: at ${what.en}, ${why.en}. It is abandoned when the time is up.`,
  };
}

export const waitingWords = { states, parked } as const;
