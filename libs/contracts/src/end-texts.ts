import type { BilingualText, EndCode } from '#libs/domain';
import { oldCertificateTexts, type OldCertificateStatus } from './old-certificate.js';

/** Ends after which another reissue of the customer continues; that reissue shows the status of the old certificate. */
const continuedElsewhere: readonly EndCode[] = ['SUPERSEDED', 'ANOTHER_REISSUE_REGISTERED'];

/** Why a reissue ended, what the customer can do now, and whether the old certificate can still be used. */
export function endText(code: EndCode, old: OldCertificateStatus | undefined): BilingualText {
  const text = endTexts[code];
  if (!old || continuedElsewhere.includes(code)) return text;
  const { ko, en } = oldCertificateTexts[old];
  return { ko: `${text.ko} ${ko}`, en: `${text.en} ${en}` };
}

/** Text for the customer of a reissue that ended without a new certificate: why, and what to do now. */
const endTexts: Readonly<Record<EndCode, BilingualText>> = {
  IDENTITY_LOCKED: {
    ko: '여러 번 잘못 입력하여 본인확인이 잠겼습니다. 새로 신청해 주세요. 새로 신청해도 잠겨 있으면 내일 다시 신청하시거나 신분증을 가지고 영업점을 방문해 주세요.',
    en: 'Too many wrong codes or answers were entered, so identity verification is locked. Apply again. If it is still locked then, apply again tomorrow or visit a branch with an identity document.',
  },
  IDENTITY_MISMATCH: {
    ko: '확인된 정보가 은행의 고객 정보와 일치하지 않습니다. 신분증을 가지고 영업점을 방문해 주세요.',
    en: 'The verified information does not match the bank’s records. Visit a branch with an identity document.',
  },
  RRN_NOT_ON_FILE: {
    ko: '은행에 주민등록번호가 등록되어 있지 않아 인증서를 발급할 수 없습니다. 신분증을 가지고 영업점에서 등록한 뒤 다시 신청해 주세요.',
    en: 'No certificate can be issued, because the bank does not have your resident registration number on file. Register it at a branch with an identity document, then apply again.',
  },
  REISSUES_BLOCKED: {
    ko: '안전을 위해 온라인 재발급이 차단되어 있습니다. 신분증을 가지고 영업점을 방문하시거나 고객센터로 문의해 주세요.',
    en: 'Online reissues are blocked for your protection. Visit a branch with an identity document, or call the customer centre.',
  },
  RISK_REFUSED: {
    ko: '고객님의 정보를 보호하기 위해 온라인으로는 재발급해 드릴 수 없습니다. 신분증을 가지고 영업점을 방문하시거나 고객센터로 문의해 주세요.',
    en: 'For your protection, this certificate cannot be reissued online. Visit a branch with an identity document, or call the customer centre.',
  },
  ANOTHER_REISSUE_REGISTERED: {
    ko: '다른 재발급이 방금 완료되었습니다. 그때 받은 인증서를 사용해 주세요.',
    en: 'Another reissue was just completed. Use the certificate that you received there.',
  },
  SUPERSEDED: {
    ko: '새로 시작한 재발급으로 대체되었습니다. 새 재발급을 계속해 주세요.',
    en: 'A newer reissue has replaced this one. Continue with the newer one.',
  },
  CANCELLED_BY_CUSTOMER: {
    ko: '재발급을 취소하셨습니다. 필요하면 다시 신청해 주세요.',
    en: 'You cancelled the reissue. Apply again if you need a certificate.',
  },
  CANCELLED_BY_BANK: {
    ko: '은행이 재발급을 취소했습니다. 고객센터에 문의하시거나 신분증을 가지고 영업점을 방문해 주세요.',
    en: 'The bank has cancelled the reissue. Call the bank, or visit a branch with an identity document.',
  },
  STOPPED_BY_CUSTOMER: {
    ko: '메시지의 링크로 재발급이 중지되었습니다. 온라인 재발급은 은행이 차단을 해제할 때까지 신청할 수 없습니다. 영업점을 방문하시거나 고객센터로 문의해 주세요.',
    en: 'The reissue was stopped by the link in a message. Online reissues are not possible until the bank lifts the block. Visit a branch or call the customer centre.',
  },
  DEADLINE: {
    ko: '제한 시간이 지났습니다. 다시 신청해 주세요.',
    en: 'The time has expired. Apply again.',
  },
  NOT_RETRIED: {
    ko: '은행의 장애로 재발급을 완료하지 못했습니다. 불편을 드려 죄송합니다. 다시 신청해 주세요.',
    en: 'We are sorry: a problem at the bank prevented the reissue. Apply again.',
  },
  ABANDONED_BY_OPERATOR: {
    ko: '은행의 장애로 재발급을 완료하지 못했습니다. 불편을 드려 죄송합니다. 다시 신청해 주세요.',
    en: 'We are sorry: a problem at the bank prevented the reissue. Apply again.',
  },
  WITHDRAWN_BY_OPERATOR: {
    ko: '은행이 새 인증서를 철회했습니다. 고객센터에 문의하시거나 다시 신청해 주세요.',
    en: 'The bank has withdrawn the new certificate. Ask the bank why, or apply again.',
  },
};
