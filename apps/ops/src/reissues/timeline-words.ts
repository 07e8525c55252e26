import type { Text } from '#libs/contracts';

/** What the audit trail's actions are in plain words. */
const actions: Readonly<Record<string, Text>> = {
  open: { ko: '재발급 신청', en: 'Reissue requested' },
  start: { ko: '재발급 신청', en: 'Reissue requested' },
  requestChallenges: { ko: '본인확인 수단 요청', en: 'Identity challenges requested' },
  answerChallenges: { ko: '본인확인 답변', en: 'Identity challenges answered' },
  answerChallenge: { ko: '본인확인 답변 확인', en: 'An identity answer was checked' },
  identity: { ko: '본인확인 판정', en: 'Identity decided' },
  submitPassword: { ko: '인증서 비밀번호 입력', en: 'Certificate password entered' },
  resetPassword: { ko: '인증서 비밀번호 재설정', en: 'Certificate password reset' },
  password: { ko: '비밀번호 확인 판정', en: 'Password decided' },
  giveConsents: { ko: '약관 동의', en: 'Terms agreed to' },
  withdrawConsent: { ko: '선택 동의 철회', en: 'An optional consent was taken back' },
  requestCertificate: { ko: '인증서 요청(PKCS#10)', en: 'Certificate request sent (PKCS#10)' },
  apply: { ko: '여러 단계를 한 번에 제출', en: 'Several steps sent at once' },
  useRrn: { ko: '주민등록번호 사용(VID 계산)', en: 'Resident registration number used for the VID' },
  signCertificate: { ko: '인증서 서명', en: 'Certificate signed' },
  issue: { ko: '인증서 발급', en: 'Certificate issued' },
  closeIntent: { ko: '미완료 서명 정리', en: 'An unfinished signature was closed' },
  proveRegistration: { ko: '앱에서 인증서 등록', en: 'Certificate registered in the app' },
  revoke: { ko: '인증서 폐지', en: 'Certificate revoked' },
  hold: { ko: '인증서 효력정지', en: 'Certificate suspended' },
  release: { ko: '인증서 효력회복', en: 'Suspension of the certificate lifted' },
  remind: { ko: '등록 안내 재발송', en: 'Customer reminded' },
  park: { ko: '운영자 대기로 전환', en: 'Parked for an operator' },
  retry: { ko: '운영자가 다시 시도', en: 'Retried by an operator' },
  abandon: { ko: '재발급 중단', en: 'Reissue abandoned' },
  withdraw: { ko: '발급된 인증서 철회', en: 'Issued certificate withdrawn' },
  cancel: { ko: '재발급 취소', en: 'Reissue cancelled' },
  expire: { ko: '기한 만료', en: 'Time ran out' },
  supersede: { ko: '새 재발급으로 대체', en: 'Superseded by a newer reissue' },
  archiveHistory: { ko: '처리 이력 보관', en: 'History archived' },
};

/** An action of the audit trail; one that is not known is named as it is. */
export const actionText = (action: string): Text => actions[action] ?? { ko: action, en: action };

const activities: Readonly<Record<string, Text>> = {
  sendChallenges: { ko: '인증 수단 발송 (외부 시스템)', en: 'Sending challenges (outside systems)' },
  verifyAnswers: { ko: '본인확인 답변 확인 (외부 시스템)', en: 'Checking answers (outside systems)' },
  issueCertificate: { ko: '인증서 서명 (서명 프로세스)', en: 'Signing the certificate (signer)' },
  notify: { ko: '고객 알림 발송', en: 'Telling the customer' },
  notifyAll: { ko: '고객 알림 발송', en: 'Telling the customer' },
};

/** An activity outside our own database. */
export const activityText = (name: string): Text => activities[name] ?? { ko: name, en: name };

export const timerText = (fired: boolean): Text =>
  fired
    ? { ko: '예약된 시각이 되어 확인함', en: 'A timer went off: deadlines were looked at' }
    : { ko: '다음 확인 예약', en: 'The next look at the deadlines is set' };

const channels: Readonly<Record<string, Text>> = {
  SMS: { ko: '문자', en: 'text message' },
  MAIL: { ko: '전자우편', en: 'mail' },
};

/** That the customer was told of something. */
export function noticeText(moment: string, channel: string): Text {
  const by = channels[channel.toUpperCase()] ?? { ko: channel, en: channel };
  return { ko: `고객에게 알림: ${moment} (${by.ko})`, en: `Customer told: ${moment} (${by.en})` };
}

const states: Readonly<Record<string, Text>> = {
  IDENTITY_REQUIRED: { ko: '본인확인 단계', en: 'Identity is to be proved' },
  PASSWORD_REQUIRED: { ko: '비밀번호 단계', en: 'The password is to be entered' },
  CONSENT_REQUIRED: { ko: '약관 동의 단계', en: 'Terms are to be agreed to' },
  KEY_REQUIRED: { ko: '인증서 요청 단계', en: 'The certificate request is to be sent' },
  ISSUING: { ko: '발급 중', en: 'The certificate is being issued' },
  ISSUED: { ko: '발급됨, 등록 대기', en: 'Issued, to be registered' },
  REGISTERED: { ko: '등록 완료', en: 'Registered' },
  REJECTED: { ko: '거절됨', en: 'Rejected' },
  TIMED_OUT: { ko: '기한 만료로 종료', en: 'Ended: time ran out' },
  CANCELLED: { ko: '취소됨', en: 'Cancelled' },
  ABANDONED: { ko: '중단됨', en: 'Abandoned' },
  WITHDRAWN: { ko: '철회됨', en: 'Withdrawn' },
};

/** That the reissue reached a state. */
export function stateText(state: string): Text {
  const { ko, en } = states[state] ?? { ko: state, en: state };
  return { ko: `상태: ${ko}`, en: `State: ${en}` };
}

const operations: Readonly<Record<string, Text>> = {
  retry: { ko: '다시 시도 계획', en: 'Retry planned' },
  abandon: { ko: '중단 계획', en: 'Abandonment planned' },
  withdraw: { ko: '철회 계획', en: 'Withdrawal planned' },
  revoke: { ko: '폐지 계획', en: 'Revocation planned' },
  hold: { ko: '효력정지 계획', en: 'Suspension planned' },
  release: { ko: '효력회복 계획', en: 'Lifting of a suspension planned' },
};

export const operationText = (kind: string): Text => operations[kind] ?? { ko: kind, en: kind };
