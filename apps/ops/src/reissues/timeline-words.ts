import type { BilingualText } from '#libs/domain';

const activities: Readonly<Record<string, BilingualText>> = {
  sendChallenges: { ko: '인증 수단 발송 (외부 시스템)', en: 'Sending challenges (outside systems)' },
  verifyAnswers: { ko: '본인확인 답변 확인 (외부 시스템)', en: 'Checking answers (outside systems)' },
  issueCertificate: { ko: '인증서 서명 (서명 프로세스)', en: 'Signing the certificate (signer)' },
  notify: { ko: '고객 알림 발송', en: 'Notifying the customer' },
  notifyAll: { ko: '고객 알림 발송', en: 'Notifying the customer' },
};

/** Text for an activity that calls another system. */
export const activityText = (name: string): BilingualText => activities[name] ?? { ko: name, en: name };

export const timerText = (fired: boolean): BilingualText =>
  fired
    ? { ko: '예약된 시각이 되어 확인함', en: 'A timer fired: deadlines were checked' }
    : { ko: '다음 확인 예약', en: 'Next check of the deadlines' };

const challenges: Readonly<Record<string, BilingualText>> = {
  PHONE_CODE: { ko: '휴대폰 인증번호 발송 요청', en: 'Provider asked to send a code by text message' },
  ONE_WON: { ko: '1원 입금 요청', en: 'Provider asked to transfer one won' },
};

/** Text for the request to a provider to send a challenge. */
export const challengeText = (method: string): BilingualText =>
  challenges[method] ?? {
    ko: `본인확인 수단 발송 요청: ${method}`,
    en: `Provider asked to send a challenge: ${method}`,
  };

const channels: Readonly<Record<string, BilingualText>> = {
  SMS: { ko: '문자', en: 'text message' },
  MAIL: { ko: '전자우편', en: 'mail' },
  FORMER_SMS: { ko: '이전 번호로 문자', en: 'text message to the former number' },
  FORMER_MAIL: { ko: '이전 주소로 전자우편', en: 'mail to the former address' },
};

/** Text for a notification that was sent to the customer. */
export function notificationText(kind: string, channel: string): BilingualText {
  const by = channels[channel.toUpperCase()] ?? { ko: channel, en: channel };
  return { ko: `고객에게 알림: ${kind} (${by.ko})`, en: `Customer notified: ${kind} (${by.en})` };
}

const states: Readonly<Record<string, BilingualText>> = {
  IDENTITY_REQUIRED: { ko: '본인확인 단계', en: 'Identity required' },
  PASSWORD_REQUIRED: { ko: '비밀번호 단계', en: 'Password required' },
  CONSENT_REQUIRED: { ko: '약관 동의 단계', en: 'Consent required' },
  KEY_REQUIRED: { ko: '인증서 요청 단계', en: 'Certificate request required' },
  COOLING_OFF: { ko: '안전 대기 중', en: 'Cooling off before issuance' },
  ISSUING: { ko: '발급 중', en: 'Issuing the certificate' },
  ISSUED: { ko: '발급됨, 등록 대기', en: 'Issued, not registered yet' },
  REGISTERED: { ko: '등록 완료', en: 'Registered' },
  REJECTED: { ko: '거절됨', en: 'Rejected' },
  TIMED_OUT: { ko: '기한 만료로 종료', en: 'Ended: deadline passed' },
  CANCELLED: { ko: '취소됨', en: 'Cancelled' },
  ABANDONED: { ko: '중단됨', en: 'Abandoned' },
  WITHDRAWN: { ko: '철회됨', en: 'Withdrawn' },
};

/** Text for a state that the reissue reached. */
export function stateText(state: string): BilingualText {
  const { ko, en } = states[state] ?? { ko: state, en: state };
  return { ko: `상태: ${ko}`, en: `State: ${en}` };
}

const operations: Readonly<Record<string, BilingualText>> = {
  retry: { ko: '다시 시도 계획', en: 'Retry planned' },
  abandon: { ko: '중단 계획', en: 'Abandonment planned' },
  withdraw: { ko: '철회 계획', en: 'Withdrawal planned' },
  endCoolingOff: { ko: '안전 대기 단축 계획', en: 'Shorter cooling-off planned' },
  revoke: { ko: '폐지 계획', en: 'Revocation planned' },
  hold: { ko: '효력정지 계획', en: 'Suspension planned' },
  release: { ko: '효력회복 계획', en: 'Release of a suspension planned' },
  unblock: { ko: '재발급 차단 해제 계획', en: 'Lifting of a block planned' },
};

export const operationText = (kind: string): BilingualText => operations[kind] ?? { ko: kind, en: kind };
