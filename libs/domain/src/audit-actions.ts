import type { BilingualText } from './bilingual-text.js';

/**
 * The fixed vocabulary of the audit trail: every action that an entry can have, in plain words. Code that writes
 * another action does not compile. An action that was ever written is never removed, because its entries stay.
 */

const vocabulary = <Action extends string>(words: Readonly<Record<Action, BilingualText>>) => words;

/** Actions on one reissue. Their outcome is a result (`DONE`, `VERIFIED`, …) or the code of a refusal. */
export const reissueActions = vocabulary({
  open: { ko: '재발급 신청', en: 'Reissue requested' },
  start: { ko: '재발급 신청 처리', en: 'Request for a reissue handled' },
  requestChallenges: { ko: '본인확인 수단 요청', en: 'Identity challenges requested' },
  answerChallenges: { ko: '본인확인 답변', en: 'Identity challenges answered' },
  answerChallenge: { ko: '본인확인 답변 확인', en: 'An identity answer was checked' },
  identity: { ko: '본인확인 판정', en: 'Identity decided' },
  decideRisk: { ko: '부정 사용 위험 판정', en: 'Risk of fraud decided' },
  submitPassword: { ko: '인증서 비밀번호 입력', en: 'Certificate password entered' },
  resetPassword: { ko: '인증서 비밀번호 재설정', en: 'Certificate password reset' },
  password: { ko: '비밀번호 확인 판정', en: 'Password decided' },
  giveConsents: { ko: '약관 동의', en: 'Terms agreed to' },
  withdrawConsent: { ko: '선택 동의 철회', en: 'An optional consent was taken back' },
  requestCertificate: { ko: '인증서 요청(PKCS#10)', en: 'Certificate request sent (PKCS#10)' },
  apply: { ko: '여러 단계를 한 번에 제출', en: 'Several steps sent at once' },
  endCoolingOff: { ko: '안전 대기 종료', en: 'Cooling-off time ended' },
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
  stop: { ko: '메시지 링크로 재발급 중지', en: 'Reissue stopped by the link in a message' },
  confirmReissue: { ko: '본인 신청임을 확인', en: 'Confirmed as the customer’s own' },
  expire: { ko: '기한 만료', en: 'Time ran out' },
  supersede: { ko: '새 재발급으로 대체', en: 'Superseded by a newer reissue' },
  recover: { ko: '복원 후 재발급 상태 복구', en: 'Recovered after the database was restored' },
  archiveHistory: { ko: '처리 이력 보관', en: 'History archived' },
});
export type ReissueAction = keyof typeof reissueActions;

/**
 * Actions outside any reissue: of staff, keys, the CA, the registry and the audit log itself. Their outcome is
 * `STARTED`, `DONE`, `FAILED` or `REFUSED`, or for a check `MATCHED` or `MISMATCHED`.
 */
export const authorityActions = vocabulary({
  startProcess: {
    ko: '프로세스 시작(설정 지문)',
    en: 'Process started, with the digest of its configuration',
  },
  useKey: { ko: '키 사용 시작', en: 'Key taken into use' },
  readReissue: { ko: '재발급 건 조회', en: 'Reissue looked at' },
  findCustomer: { ko: '고객 찾기(이름·휴대폰 번호)', en: 'Customer looked for by name and mobile number' },
  findReissue: { ko: '추적 번호로 재발급 찾기', en: 'Reissue looked for by trace id' },
  claimReissue: { ko: '멈춘 재발급 담당 지정', en: 'Parked reissue claimed' },
  releaseReissue: { ko: '멈춘 재발급 담당 해제', en: 'Claim of a parked reissue given up' },
  noteReissue: { ko: '재발급에 메모 남김', en: 'Note left on a reissue' },
  blockReissues: { ko: '온라인 재발급 차단', en: 'Online reissues blocked' },
  liftBlock: { ko: '온라인 재발급 차단 해제', en: 'Block of online reissues lifted' },
  readBlocks: { ko: '온라인 재발급 차단 조회', en: 'Blocks of online reissues looked at' },
  readCertificate: { ko: '인증서 파일 조회', en: 'Certificate file read' },
  searchAudit: { ko: '감사 기록 검색', en: 'Audit trail searched' },
  exportAudit: { ko: '감사 기록 내보내기', en: 'Audit trail exported' },
  reviewAccess: { ko: '접근 검토 보고서 조회', en: 'Access review looked at' },
  exportEvidence: { ko: '증빙 내보내기', en: 'Evidence exported' },
  decodePayloads: { ko: '이력 페이로드 복호화', en: 'Payloads of a history decoded' },
  plan: { ko: '작업 계획', en: 'Operation planned' },
  change: { ko: '작업 변경', en: 'Operation changed' },
  confirm: { ko: '작업 확정', en: 'Operation confirmed' },
  approve: { ko: '작업 승인', en: 'Operation approved' },
  reject: { ko: '작업 반려', en: 'Operation rejected' },
  cancelOperation: { ko: '작업 취소', en: 'Operation cancelled' },
  runOperation: { ko: '작업 실행', en: 'Operation carried out' },
  createWebhook: { ko: '웹훅 등록', en: 'Webhook set up' },
  changeWebhook: { ko: '웹훅 변경', en: 'Webhook changed' },
  rotateWebhookSecret: { ko: '웹훅 비밀키 교체', en: 'Webhook given a new secret' },
  deleteWebhook: { ko: '웹훅 삭제', en: 'Webhook removed' },
  disableWebhook: { ko: '웹훅 중지', en: 'Webhook switched off' },
  testWebhook: { ko: '웹훅 시험 전송', en: 'Webhook tried' },
  replayWebhook: { ko: '웹훅 이벤트 재전송', en: 'Events sent to a webhook again' },
  checkVid: { ko: 'VID 확인', en: 'VID checked' },
  purge: { ko: '보존 기한이 지난 기록 파기', en: 'Records purged after their retention period' },
  rotateRegistry: { ko: '등록부 키 교체', en: 'Keys of the registry rotated' },
  importCustomers: { ko: '고객 정보 일괄 등록', en: 'Customers imported' },
  exportCustomerReferences: { ko: '고객 식별자 대응표 내보내기', en: 'Customer references exported' },
  receiveCustomerEvent: { ko: '은행의 고객 이벤트 처리', en: 'Event of the bank about a customer handled' },
  eraseCustomer: { ko: '고객 정보 삭제', en: 'Customer erased' },
  sequence: { ko: '감사 기록 순번 부여', en: 'Audit log continued' },
  findRestore: { ko: '백업에서 복원된 데이터베이스 발견', en: 'Database found restored from a backup' },
  reconcileRestore: { ko: '복원된 데이터베이스 정합화', en: 'Restored database reconciled' },
  'ca.init': { ko: '인증기관 초기화', en: 'CA initialised' },
  'ca.rotateIssuing': { ko: '발급 키 교체', en: 'Issuing key rotated' },
  'ca.revokeIssuing': { ko: '발급 인증기관 폐지', en: 'Issuing CA revoked' },
  'ca.rotateOcsp': { ko: 'OCSP 키 교체', en: 'OCSP keys rotated' },
  'ca.publishCrl': { ko: '인증서 폐지 목록 게시', en: 'CRL published' },
  'certificates.revoke': { ko: '인증서 일괄 폐지', en: 'Certificates revoked at the command line' },
  'certificates.hold': { ko: '인증서 일괄 효력정지', en: 'Certificates suspended at the command line' },
  'certificates.release': { ko: '인증서 일괄 효력회복', en: 'Suspensions lifted at the command line' },
  'certificate.revoke': { ko: '인증서 폐지', en: 'Certificate revoked' },
  'certificate.hold': { ko: '인증서 효력정지', en: 'Certificate suspended' },
  'certificate.release': { ko: '인증서 효력회복', en: 'Suspension of the certificate lifted' },
});
export type AuthorityAction = keyof typeof authorityActions;

export type AuditAction = ReissueAction | AuthorityAction;

/** Whether this version's vocabulary has the action. */
export const isAuditAction = (action: string): action is AuditAction =>
  Object.hasOwn(reissueActions, action) || Object.hasOwn(authorityActions, action);

/** The text for an action. An action that this version does not know is returned unchanged. */
export const auditActionText = (action: string): BilingualText =>
  Object.hasOwn(reissueActions, action)
    ? reissueActions[action as ReissueAction]
    : Object.hasOwn(authorityActions, action)
      ? authorityActions[action as AuthorityAction]
      : { ko: action, en: action };
