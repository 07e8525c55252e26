import type { BilingualText } from './bilingual-text.js';
import type { EndCode } from './end-codes.js';
import type { ParkCode, RefusalCode } from './messages.js';

/** Results of steps, of signatures and of acts outside a reissue. */
const results = {
  DONE: { ko: '완료', en: 'done' },
  STARTED: { ko: '시작됨', en: 'started' },
  FAILED: { ko: '실패', en: 'failed' },
  REFUSED: { ko: '거절됨', en: 'refused' },
  MATCHED: { ko: '일치', en: 'matched' },
  MISMATCHED: { ko: '불일치', en: 'did not match' },
  ACCEPTED: { ko: '접수됨', en: 'accepted' },
  OPENED: { ko: '시작됨', en: 'opened' },
  VERIFIED: { ko: '확인됨', en: 'verified' },
  WRONG: { ko: '불일치', en: 'wrong' },
  LOCKED: { ko: '잠김', en: 'locked' },
  EXPIRED: { ko: '만료됨', en: 'expired' },
  PARKED: { ko: '운영자 대기', en: 'parked' },
  RESUMED: { ko: '다시 진행', en: 'resumed' },
  INTENDED: { ko: '서명 예정', en: 'signing intended' },
  ISSUED: { ko: '발급됨', en: 'issued' },
  PROVED: { ko: '증명됨', en: 'proved' },
  SENT: { ko: '발송됨', en: 'sent' },
  REPLACED: { ko: '이후 요청으로 대체됨', en: 'replaced by a later one' },
  LOST: { ko: '복원으로 소실됨', en: 'lost in a restore' },
  GRANTED: { ko: '허용됨', en: 'granted' },
  // What was decided about the risk.
  ALLOW: { ko: '계속 진행', en: 'goes on' },
  STEP_UP: { ko: '본인확인 한 가지 추가', en: 'one more identity method needed' },
  DELAY: { ko: '대기 시간 적용', en: 'has to wait' },
  REFUSE: { ko: '온라인 재발급 거절', en: 'refused online' },
  // How a reissue ended.
  REGISTERED: { ko: '등록 완료', en: 'registered' },
  REJECTED: { ko: '거절됨', en: 'rejected' },
  TIMED_OUT: { ko: '시간 초과', en: 'timed out' },
  CANCELLED: { ko: '취소됨', en: 'cancelled' },
  ABANDONED: { ko: '중단함', en: 'abandoned' },
  WITHDRAWN: { ko: '철회함', en: 'withdrawn' },
  // How far an operation is.
  PLANNED: { ko: '계획됨', en: 'planned' },
  RUNNING: { ko: '진행 중', en: 'running' },
  AWAITING_APPROVAL: { ko: '승인 대기', en: 'awaiting approval' },
  // What an operation did to a target, or why nothing.
  RETRIED: { ko: '다시 실행함', en: 'retried' },
  REVOKED: { ko: '폐지함', en: 'revoked' },
  HELD: { ko: '효력을 정지함', en: 'put on hold' },
  RELEASED: { ko: '효력을 회복함', en: 'released' },
  PARKED_AGAIN: { ko: '다시 멈춤', en: 'parked again' },
  UNKNOWN: { ko: '대상을 찾을 수 없음', en: 'target not found' },
  NOT_ISSUED: { ko: '발급되지 않음', en: 'not issued' },
  ALREADY_REVOKED: { ko: '이미 폐지됨', en: 'already revoked' },
  ALREADY_ON_HOLD: { ko: '이미 효력정지됨', en: 'already on hold' },
  BROUGHT_FORWARD: { ko: '발급을 앞당김', en: 'issuance brought forward' },
  UNBLOCKED: { ko: '차단을 해제함', en: 'unblocked' },
  NOT_BLOCKED: { ko: '차단되어 있지 않음', en: 'not blocked' },
  NOT_ON_HOLD: { ko: '효력정지 상태가 아님', en: 'not on hold' },
  REISSUE_OPEN: {
    ko: '진행 중인 재발급의 인증서입니다. 그 재발급을 먼저 처리해 주세요',
    en: 'belongs to an open reissue: act on the reissue first',
  },
  ANOTHER_IN_FORCE: {
    ko: '고객에게 다른 유효한 인증서가 있음',
    en: 'the customer has another certificate in force',
  },
  ENDED: { ko: '이미 종료된 재발급', en: 'the reissue has ended' },
  STILL_RUNNING: { ko: '아직 실행 중', en: 'still running' },
  CLAIMED: { ko: '다른 운영자가 처리 중', en: 'another operator works on it' },
  NOT_APPROVED: { ko: '승인되지 않음', en: 'not approved' },
} satisfies Readonly<Record<string, BilingualText>>;

/** Why a call was refused. */
const refusals: Readonly<Record<RefusalCode, BilingualText>> = {
  WRONG_STATE: { ko: '현재 상태에서는 할 수 없음', en: 'not possible in its state' },
  PARKED: results.PARKED,
  NOT_PARKED: { ko: '멈춰 있지 않음', en: 'not parked' },
  OPERATION_REQUIRED: { ko: '승인된 작업이 필요함', en: 'an approved operation is required' },
  TOO_MANY_STEPS: { ko: '호출 횟수 초과', en: 'too many calls' },
  METHOD_NOT_OFFERED: { ko: '제공하지 않는 본인확인 수단', en: 'identity method not offered' },
  METHOD_LOCKED: { ko: '본인확인 수단 잠김', en: 'identity method locked' },
  TOO_MANY_SENDS: { ko: '발송 횟수 초과', en: 'too many challenges sent' },
  UNKNOWN_CHALLENGE: { ko: '알 수 없는 인증 요청', en: 'unknown challenge' },
  UNKNOWN_PHOTO: { ko: '알 수 없는 사진', en: 'unknown photo' },
  ANSWER_MALFORMED: { ko: '답변 형식 오류', en: 'answer malformed' },
  TOO_FREQUENT: { ko: '너무 잦은 요청', en: 'too frequent' },
  ENVELOPE_REFUSED: { ko: '암호화된 입력을 열 수 없음', en: 'sealed input refused' },
  APPLICANT_INVALID: { ko: '신청인 정보 오류', en: 'applicant invalid' },
  PASSWORD_WRONG: { ko: '비밀번호 불일치', en: 'password wrong' },
  PASSWORD_LOCKED: { ko: '비밀번호 잠김', en: 'password locked' },
  PASSWORD_RULES: { ko: '비밀번호 규칙에 맞지 않음', en: 'password does not meet the rules' },
  NO_PASSWORD_ON_FILE: { ko: '등록된 비밀번호 없음', en: 'no password on file' },
  MORE_IDENTITY_NEEDED: { ko: '추가 본인확인 필요', en: 'more proof of identity needed' },
  CONSENT_INCOMPLETE: { ko: '필수 약관 동의 누락', en: 'a required consent is missing' },
  REQUEST_REFUSED: { ko: '인증서 요청 거절', en: 'certificate request refused' },
  REGISTRATION_PROOF_INVALID: { ko: '등록 서명이 유효하지 않음', en: 'registration proof invalid' },
  ANOTHER_REISSUE_REGISTERED: { ko: '다른 재발급이 먼저 등록됨', en: 'another reissue was registered' },
  STOP_LINK_REFUSED: { ko: '유효하지 않은 중지 링크', en: 'stop link not valid' },
  IDEMPOTENCY_MISMATCH: {
    ko: '같은 키로 다른 내용을 요청함',
    en: 'another request under the same idempotency key',
  },
};

/** Why a reissue is parked, or why it ended without a registered certificate. */
const causes: Readonly<Record<ParkCode | EndCode, BilingualText>> = {
  DEPENDENCY_UNAVAILABLE: { ko: '외부 시스템 응답 없음', en: 'Other system unavailable' },
  OUTCOME_UNKNOWN: { ko: '결과를 알 수 없음', en: 'Outcome unknown' },
  STEP_FAILED: { ko: '내부 오류', en: 'Internal error' },
  IDENTITY_LOCKED: { ko: '본인확인 잠김', en: 'Identity locked' },
  IDENTITY_MISMATCH: { ko: '본인 정보 불일치', en: 'Identity does not match' },
  RRN_NOT_ON_FILE: { ko: '주민등록번호 미보유', en: 'Resident number not on file' },
  REISSUES_BLOCKED: { ko: '온라인 재발급이 차단됨', en: 'Online reissues are blocked' },
  RISK_REFUSED: { ko: '부정 사용 의심으로 거절됨', en: 'Refused on suspicion of fraud' },
  ANOTHER_REISSUE_REGISTERED: { ko: '다른 재발급이 먼저 등록됨', en: 'Another reissue was registered' },
  SUPERSEDED: { ko: '새 재발급으로 대체됨', en: 'Superseded by a newer reissue' },
  CANCELLED_BY_CUSTOMER: { ko: '고객이 취소함', en: 'Cancelled by the customer' },
  CANCELLED_BY_BANK: { ko: '은행이 취소함', en: 'Cancelled by the bank' },
  STOPPED_BY_CUSTOMER: { ko: '고객이 메시지 링크로 중지함', en: 'Stopped by the customer by link' },
  DEADLINE: { ko: '기한 경과', en: 'Deadline passed' },
  NOT_RETRIED: { ko: '재시도 없이 기한 경과', en: 'Not retried in time' },
  ABANDONED_BY_OPERATOR: { ko: '운영자가 중단함', en: 'Abandoned by an operator' },
  WITHDRAWN_BY_OPERATOR: { ko: '운영자가 철회함', en: 'Withdrawn by an operator' },
};

/** What was found when an answer was checked, and other reasons that only the audit trail has. */
const findings: Readonly<Record<string, BilingualText>> = {
  OTHER_PERSON: { ko: '다른 사람', en: 'another person' },
  METHODS_DISAGREE: { ko: '본인확인 수단마다 다른 사람', en: 'the methods prove different persons' },
  NAMED_OTHERWISE: { ko: '이름이 다름', en: 'named otherwise' },
  NOT_A_CUSTOMER: { ko: '고객이 아님', en: 'not a customer' },
  UNKNOWN_CUSTOMER: { ko: '고객을 찾을 수 없음', en: 'customer not found' },
  MALFORMED: { ko: '형식 오류', en: 'malformed' },
  NOTHING_SENT: { ko: '발송된 것이 없음', en: 'nothing was sent' },
  NO_PHOTO: { ko: '사진 없음', en: 'no photo' },
  PROVIDER_NOT_CONFIGURED: { ko: '설정되지 않은 외부 시스템', en: 'provider not configured' },
  PROVIDER: { ko: '외부 위험 판정 시스템', en: 'by the risk provider' },
  PROVIDER_UNAVAILABLE: { ko: '외부 위험 판정 시스템 응답 없음', en: 'the risk provider gave no answer' },
  OLD_CERTIFICATE: { ko: '기존 인증서로 증명', en: 'by the old certificate' },
  NOT_YOUR_OWN: { ko: '본인이 요청한 작업', en: 'requested by the same person' },
  HISTORY_GONE: { ko: '이력이 이미 삭제됨', en: 'the history was already deleted' },
  ENTRY_GONE: { ko: '기록이 이미 삭제됨', en: 'the entry was already deleted' },
};

const codes: Readonly<Record<string, BilingualText>> = { ...findings, ...causes, ...refusals, ...results };

/** The text for an outcome or a reason code of an audit entry; undefined for a code without one and for free text. */
export const auditCodeText = (code: string): BilingualText | undefined =>
  Object.hasOwn(codes, code) ? codes[code] : undefined;

const actors: Readonly<Record<string, BilingualText>> = {
  customer: { ko: '고객', en: 'customer' },
  system: { ko: 'Reseal', en: 'Reseal' },
  signer: { ko: '서명 프로세스', en: 'signer' },
  worker: { ko: '처리 프로세스', en: 'worker' },
  gateway: { ko: '고객 API', en: 'gateway' },
  status: { ko: '인증서 상태 프로세스', en: 'status app' },
  ops: { ko: '운영 API', en: 'operators’ app' },
  sequencer: { ko: '감사 로그 프로세스', en: 'sequencer' },
};
const kindsOfActor: Readonly<Record<string, BilingualText>> = {
  staff: { ko: '직원', en: 'staff' },
  operator: { ko: '명령줄 사용자', en: 'command line' },
  client: { ko: 'API 키', en: 'API key' },
};

/** The text for an actor of the audit trail. An actor that this version does not know is returned unchanged. */
export function auditActorText(actor: string): BilingualText {
  if (Object.hasOwn(actors, actor)) return actors[actor]!;
  const [kind = '', ...name] = actor.split(':');
  if (name.length === 0 || !Object.hasOwn(kindsOfActor, kind)) return { ko: actor, en: actor };
  const { ko, en } = kindsOfActor[kind]!;
  return { ko: `${ko} ${name.join(':')}`, en: `${en} ${name.join(':')}` };
}
