import type { OldCertificateStatus } from '#libs/contracts';
import type { EndCode, NotificationKind } from '#libs/domain';

export type MessageLanguage = 'ko' | 'en';

/**
 * The text of a message. Placeholders: `{serial}` is the masked serial number in brackets, or empty; `{by}` the deadline
 * for registration; `{at}` the time of the change; `{old}` the status of the old certificate, if it is known; `{next}` what
 * follows from that status.
 */
export interface MessageText {
  readonly subject: string;
  /** The change: SMS and mail. */
  readonly fact: string;
  /** The next step for the customer: SMS and mail. */
  readonly action: string;
  /** The background: mail only. */
  readonly explanation: string;
}

const notYou = {
  ko: '본인이 아니라면 은행 고객센터로 바로 알려 주세요.',
  en: 'If this was not you, call the Bank at once.',
};

/** The status of the old certificate (SMS and mail) and what follows from it (mail). */
export const oldCertificate: Readonly<
  Record<
    OldCertificateStatus,
    Readonly<Record<MessageLanguage, { readonly old: string; readonly next: string }>>
  >
> = {
  VALID: {
    ko: { old: '기존 인증서는 계속 사용하실 수 있습니다.', next: '기존 인증서의 유효기간은 그대로입니다.' },
    en: { old: 'Your old one is valid.', next: 'You can continue to use your old certificate.' },
  },
  ON_HOLD: {
    ko: {
      old: '기존 인증서는 효력정지 상태입니다.',
      next: '효력정지를 해제하려면 은행 고객센터나 영업점에 신청해 주세요. 정지된 날부터 {holdPeriod}이 지나면 폐지됩니다.',
    },
    en: {
      old: 'Your old one is suspended.',
      next: 'Ask the Bank to lift the suspension of your old certificate. If it is not lifted within {holdPeriod}, the certificate is revoked.',
    },
  },
  REVOKED: {
    ko: { old: '기존 인증서는 폐지된 상태입니다.', next: '폐지는 되돌릴 수 없습니다.' },
    en: { old: 'Your old one is revoked.', next: 'The revocation of your old certificate cannot be undone.' },
  },
  EXPIRED: {
    ko: { old: '기존 인증서는 만료된 상태입니다.', next: '만료된 인증서는 다시 사용할 수 없습니다.' },
    en: { old: 'Your old one has expired.', next: 'An expired certificate cannot be used again.' },
  },
};

/** Before identity is verified, a reissue changes no certificate and names none. */
export const oldUnchanged: Readonly<
  Record<MessageLanguage, { readonly old: string; readonly next: string }>
> = {
  ko: { old: '', next: '이 신청으로 기존 인증서의 상태가 달라지지 않았습니다.' },
  en: { old: '', next: 'This application has not changed the state of your old certificate.' },
};

/** Changes that the bank makes to a certificate without a request of its holder. */
export const bankMessageKinds = ['REVOKED_BY_BANK', 'HELD_BY_BANK', 'RELEASED_BY_BANK'] as const;
export type MessageKind = NotificationKind | (typeof bankMessageKinds)[number];

export const texts: Readonly<Record<MessageKind, Readonly<Record<MessageLanguage, MessageText>>>> = {
  ISSUED: {
    ko: {
      subject: '새 인증서가 발급되었습니다',
      fact: '새 인증서{serial}가 발급되었습니다.',
      action: '{by}까지 앱에서 등록을 마쳐 주세요. 신청하지 않으셨다면 고객센터로 알려 주세요.',
      explanation:
        '등록을 마쳐야 재발급이 완료됩니다. 기한까지 등록하지 않으면 새 인증서는 철회됩니다. 재발급을 신청하신 적이 없다면 명의가 도용되었을 수 있습니다.',
    },
    en: {
      subject: 'Your new certificate has been issued',
      fact: 'Your new certificate{serial} has been issued.',
      action: 'Register it in the app by {by}. If you did not apply, call the Bank.',
      explanation:
        'The reissue is complete once you have registered it. If you do not register it in time, the new certificate is withdrawn. If you did not apply, your name may have been misused.',
    },
  },
  REGISTERED: {
    ko: {
      subject: '인증서 재발급이 완료되었습니다',
      fact: '새 인증서{serial}가 발급·등록되어 재발급이 완료되었습니다.',
      action: notYou.ko,
      explanation:
        '유효하던 기존 인증서는 폐지되어 더 이상 사용할 수 없습니다. 다른 기관에 등록해 둔 인증서는 새 인증서로 다시 등록해야 할 수 있습니다.',
    },
    en: {
      subject: 'The reissue of your certificate is complete',
      fact: 'Your new certificate{serial} was issued and registered; the reissue is complete.',
      action: notYou.en,
      explanation:
        'If your old certificate was valid, it has been revoked and can no longer be used. Other institutions may ask you to register the new certificate.',
    },
  },
  REVOKED: {
    ko: {
      subject: '기존 인증서가 폐지되었습니다',
      fact: '기존 인증서{serial}가 폐지되었습니다.',
      action: notYou.ko,
      explanation:
        '유출·도용 의심으로 신청하셔서 본인확인을 마친 즉시 폐지했습니다. 폐지는 되돌릴 수 없습니다. 앱에서 새 인증서 발급을 계속 진행해 주세요.',
    },
    en: {
      subject: 'Your old certificate has been revoked',
      fact: 'Your old certificate{serial} has been revoked.',
      action: notYou.en,
      explanation:
        'You reported that the private key may have been disclosed, so the certificate was revoked as soon as your identity was verified. A revocation cannot be undone. Please continue in the app to get your new certificate.',
    },
  },
  HELD: {
    ko: {
      subject: '기존 인증서의 효력이 정지되었습니다',
      fact: '기존 인증서{serial}의 효력이 정지되었습니다.',
      action: notYou.ko,
      explanation:
        '분실로 신청하셔서 본인확인을 마친 즉시 정지했거나, 재발급을 중지하면서 요청하셔서 정지했습니다. 효력정지는 해제할 수 있으나 {holdPeriod}이 지나면 폐지됩니다. 분실로 신청하셨다면 앱에서 새 인증서 발급을 계속 진행해 주세요.',
    },
    en: {
      subject: 'Your old certificate has been suspended',
      fact: 'Your old certificate{serial} has been suspended.',
      action: notYou.en,
      explanation:
        'You reported that the certificate was lost, so it was suspended as soon as your identity was verified, or you asked for it when you stopped a reissue. A suspension can be lifted. If it is not lifted within {holdPeriod}, the certificate is revoked. If the certificate was lost, please continue in the app to get your new one.',
    },
  },
  REVOKED_BY_BANK: {
    ko: {
      subject: '인증서가 폐지되었습니다',
      fact: '은행이 {at}에 인증서{serial}를 폐지했습니다.',
      action: '궁금한 점은 은행 고객센터로 문의해 주세요.',
      explanation: '폐지는 되돌릴 수 없습니다. 인증서가 필요하면 앱에서 재발급을 신청하실 수 있습니다.',
    },
    en: {
      subject: 'Your certificate has been revoked',
      fact: 'The Bank revoked your certificate{serial}: {at}.',
      action: 'If you have questions, call the Bank.',
      explanation:
        'Revocation cannot be undone. If you need a certificate, you can apply for a reissue in the app.',
    },
  },
  HELD_BY_BANK: {
    ko: {
      subject: '인증서의 효력이 정지되었습니다',
      fact: '은행이 {at}에 인증서{serial}의 효력을 정지했습니다.',
      action: '궁금한 점은 은행 고객센터로 문의해 주세요.',
      explanation: '정지된 동안에는 인증서를 사용할 수 없습니다. 효력정지는 은행이 해제할 수 있습니다.',
    },
    en: {
      subject: 'Your certificate has been suspended',
      fact: 'The Bank suspended your certificate{serial}: {at}.',
      action: 'If you have questions, call the Bank.',
      explanation: 'While it is suspended it cannot be used. The Bank can lift the suspension.',
    },
  },
  RELEASED_BY_BANK: {
    ko: {
      subject: '인증서의 효력정지가 해제되었습니다',
      fact: '은행이 {at}에 인증서{serial}의 효력정지를 해제했습니다.',
      action: notYou.ko,
      explanation: '이제 인증서를 다시 사용하실 수 있습니다.',
    },
    en: {
      subject: 'Your certificate is no longer suspended',
      fact: 'Your certificate{serial} is in force again: {at}.',
      action: notYou.en,
      explanation: 'You can use it again from now on.',
    },
  },
  PASSWORD_LOCKED: {
    ko: {
      subject: '인증서 비밀번호가 잠겼습니다',
      fact: '비밀번호를 여러 번 잘못 입력하여 인증서 비밀번호가 잠겼습니다.',
      action: '앱에서 재설정할 수 있습니다. 본인이 아니라면 고객센터로 알려 주세요.',
      explanation: '비밀번호를 재설정하려면 서로 다른 두 가지 방법으로 본인확인을 마쳐야 합니다.',
    },
    en: {
      subject: 'Your certificate password is locked',
      fact: 'Your certificate password is locked after too many wrong tries.',
      action: 'You can reset it in the app. If this was not you, call the Bank.',
      explanation: 'To reset the password you verify your identity by two different methods.',
    },
  },
  PASSWORD_RESET: {
    ko: {
      subject: '인증서 비밀번호가 재설정되었습니다',
      fact: '인증서 비밀번호가 재설정되었습니다.',
      action: notYou.ko,
      explanation: '새 비밀번호는 본인만 알고 있어야 하며, 은행 직원은 비밀번호를 묻지 않습니다.',
    },
    en: {
      subject: 'Your certificate password has been reset',
      fact: 'Your certificate password has been reset.',
      action: notYou.en,
      explanation: 'Only you should know the new password; staff of the Bank will never ask for it.',
    },
  },
  RESUMED: {
    ko: {
      subject: '재발급을 계속하실 수 있습니다',
      fact: '장애가 해결되어 재발급을 계속하실 수 있습니다.',
      action: '신청하던 화면을 다시 열어 주세요. 신청하지 않으셨다면 고객센터로 알려 주세요.',
      explanation:
        '불편을 드려 죄송합니다. 입력하신 내용은 그대로 있으며, 중단된 시간만큼 기한이 연장되었습니다.',
    },
    en: {
      subject: 'Your reissue continues',
      fact: 'The problem on our side is solved; your reissue continues.',
      action: 'Open its page again. If you did not apply, call the Bank.',
      explanation:
        'We apologize for the inconvenience. What you entered is kept, and your deadline was extended by the time of the interruption.',
    },
  },
  COOLING_OFF: {
    ko: {
      subject: '{by}에 새 인증서가 발급됩니다',
      fact: '고객 보호를 위해 새 인증서는 {by}에 발급됩니다.',
      action: '신청하지 않으셨다면 그 전에 고객센터로 바로 연락해 주세요.',
      explanation:
        '평소와 다른 점이 있어 바로 발급하지 않고 기다립니다. 본인이 신청하셨다면 따로 하실 일은 없으며, 시간이 되면 자동으로 발급됩니다. 신청하신 화면에서 언제든지 취소하실 수 있습니다. {old}',
    },
    en: {
      subject: 'A new certificate will be issued on {by}',
      fact: 'For your protection your new certificate is issued on {by}.',
      action: 'If you did not apply, call the Bank at once, before that time.',
      explanation:
        'Something differed from your usual use, so the certificate is not issued at once. If you applied, you do not need to do anything: it is issued by itself. You can cancel at any time on the page of your application. {old}',
    },
  },
  NEW_DEVICE: {
    ko: {
      subject: '새 기기에서 본인확인이 완료되었습니다',
      fact: '{at} 새 기기에서 본인확인이 완료되었습니다.',
      action: '본인이 아니라면 인증번호를 알리지 말고 은행 고객센터로 바로 연락해 주세요.',
      explanation:
        '인증서 재발급을 위한 본인확인입니다. 이 기기에서 처음이거나 기기를 확인할 수 없어 알려 드립니다. 본인이 하셨다면 따로 하실 일은 없습니다. 본인이 아니라면 고객센터에서 진행 중인 재발급을 중단해 드립니다.',
    },
    en: {
      subject: 'Your identity was verified on a new device',
      fact: 'On {at} your identity was verified on a new device.',
      action: 'If this was not you, share no code with anyone and call the Bank at once.',
      explanation:
        'We notify you because this was the first time on this device, or because the device is not known. It was for a reissue of your certificate. If that was you, you do not need to do anything. If it was not you, the Bank can stop the reissue.',
    },
  },
  IDENTITY_LOCKED: {
    ko: {
      subject: '본인확인이 여러 번 실패했습니다',
      fact: '{at} 재발급 본인확인이 여러 번 실패하여 잠겼습니다.',
      action: '본인이라면 새로 신청해 주세요. 아니라면 인증번호를 알리지 말아 주세요.',
      explanation: `해당 신청의 본인확인만 잠겼습니다. 다른 사람이 이름을 알고 시도했더라도 인증번호를 알려 주지 않으시면 더 진행할 수 없습니다. {next}`,
    },
    en: {
      subject: 'Your identity could not be verified',
      fact: 'On {at} identity checks failed; that application was locked.',
      action: 'If it was you, apply again. If not, share no code with anyone.',
      explanation: `Only the identity verification of that application is locked. Another person who knows your name cannot continue as long as you do not share a code. {next}`,
    },
  },
  REFUSED: {
    ko: {
      subject: '인증서 재발급 신청이 거절되었습니다',
      fact: '본인확인을 마치지 못해 재발급이 거절되었습니다. {old}',
      action: notYou.ko,
      explanation: `{next} 다시 신청하시거나 신분증을 가지고 영업점을 방문해 주세요.`,
    },
    en: {
      subject: 'Your application for a certificate was refused',
      fact: 'Your application was refused: identity not verified. {old}',
      action: notYou.en,
      explanation: `{next} You may apply again, or visit a branch with an identity document.`,
    },
  },
  REMINDER: {
    ko: {
      subject: '새 인증서의 등록이 남아 있습니다',
      fact: '새 인증서{serial}의 등록이 아직 끝나지 않았습니다.',
      action: '{by}까지 앱에서 등록하지 않으면 철회됩니다.',
      explanation: '신청하신 기기의 앱에서 새 인증서를 내려받고 등록을 마치면 재발급이 완료됩니다.',
    },
    en: {
      subject: 'Your new certificate is still to be registered',
      fact: 'Your new certificate{serial} is not registered yet.',
      action: 'Register it in the app by {by}, or it will be withdrawn.',
      explanation:
        'The reissue is complete once you have downloaded and registered the new certificate in the app, on the device with which you applied.',
    },
  },
  WITHDRAWN: {
    ko: {
      subject: '새 인증서가 철회되었습니다',
      fact: '새 인증서{serial}가 등록되지 않은 채 철회되었습니다. {old}',
      action: '필요하시면 앱에서 다시 신청해 주세요.',
      explanation: `철회된 인증서는 사용할 수 없습니다. {next}`,
    },
    en: {
      subject: 'Your new certificate has been withdrawn',
      fact: 'Your new certificate{serial} was withdrawn without being registered. {old}',
      action: 'You can apply again in the app.',
      explanation: `A withdrawn certificate cannot be used. {next}`,
    },
  },
  CANCELLED: {
    ko: {
      subject: '인증서 재발급 신청이 취소되었습니다',
      fact: '인증서 재발급 신청이 취소되었습니다. {old}',
      action: notYou.ko,
      explanation: `새로 재발급을 신청하시면 먼저 하신 신청은 취소됩니다. {next}`,
    },
    en: {
      subject: 'Your application for a certificate was cancelled',
      fact: 'Your application for a new certificate was cancelled. {old}',
      action: notYou.en,
      explanation: `A new application cancels an earlier one. {next}`,
    },
  },
  TIMED_OUT: {
    ko: {
      subject: '인증서 재발급 신청 시간이 지났습니다',
      fact: '제한 시간이 지나 인증서 재발급 신청이 종료되었습니다. {old}',
      action: '필요하시면 앱에서 다시 신청해 주세요.',
      explanation: '{next}',
    },
    en: {
      subject: 'Your application for a certificate has expired',
      fact: 'The time for your certificate application is over. {old}',
      action: 'You can apply again in the app.',
      explanation: '{next}',
    },
  },
  ABANDONED: {
    ko: {
      subject: '인증서 재발급을 완료하지 못했습니다',
      fact: '은행의 장애로 인증서 재발급을 완료하지 못했습니다. 죄송합니다. {old}',
      action: '앱에서 다시 신청해 주세요.',
      explanation: `{next} 문제가 계속되면 고객센터나 영업점에서 도와드립니다.`,
    },
    en: {
      subject: 'We could not complete the reissue of your certificate',
      fact: 'We are sorry: a problem at the Bank prevented your reissue. {old}',
      action: 'Please apply again in the app.',
      explanation: `{next} If the problem persists, the customer centre or a branch will help you.`,
    },
  },
};

/** The texts that replace REFUSED and ABANDONED for these end codes. */
export const refusals: Readonly<Partial<Record<EndCode, Readonly<Record<MessageLanguage, MessageText>>>>> = {
  REISSUES_BLOCKED: {
    ko: {
      subject: '온라인 재발급이 차단되어 있습니다',
      fact: '온라인 재발급이 차단되어 있어 인증서를 재발급하지 않았습니다.',
      action: '필요하시면 영업점을 방문하시거나 고객센터로 문의해 주세요.',
      explanation: `고객님의 요청이나 명의 도용 의심으로 온라인 재발급을 차단해 두었습니다. 차단은 영업점이나 고객센터에서 해제할 수 있습니다. {old} {next} ${notYou.ko}`,
    },
    en: {
      subject: 'Online reissues are blocked',
      fact: 'No certificate was reissued, because online reissues are blocked for you.',
      action: 'If you need one, visit a branch or call the customer centre.',
      explanation: `Online reissues were blocked at your request, or because your name may have been misused. A branch or the customer centre can lift the block. {old} {next} ${notYou.en}`,
    },
  },
  RISK_REFUSED: {
    ko: {
      subject: '온라인 재발급이 거절되었습니다',
      fact: '고객님의 정보를 보호하기 위해 인증서 온라인 재발급을 거절했습니다.',
      action: '필요하시면 영업점을 방문하시거나 고객센터로 문의해 주세요.',
      explanation: `명의 도용이 의심되는 신청은 온라인으로 처리하지 않습니다. 신분증을 가지고 영업점을 방문하시면 재발급해 드립니다. {old} {next} ${notYou.ko}`,
    },
    en: {
      subject: 'The online reissue was refused',
      fact: 'No certificate was reissued online, for your protection.',
      action: 'If you need one, visit a branch or call the customer centre.',
      explanation: `Requests that may misuse your name are not handled online. A branch will reissue the certificate if you bring an identity document. {old} {next} ${notYou.en}`,
    },
  },
  RRN_NOT_ON_FILE: {
    ko: {
      subject: '인증서를 재발급할 수 없습니다',
      fact: '은행에 주민등록번호가 등록되어 있지 않아 인증서를 재발급할 수 없습니다.',
      action: '영업점에서 등록한 뒤 다시 신청해 주세요.',
      explanation: `인증서에는 주민등록번호로 만든 식별 정보가 포함됩니다. 신분증을 가지고 영업점을 방문하시면 등록해 드립니다. {old} {next} ${notYou.ko}`,
    },
    en: {
      subject: 'Your certificate cannot be reissued',
      fact: 'No certificate can be issued: your resident registration number is not on file.',
      action: 'Register it at a branch, then apply again.',
      explanation: `A certificate contains an identifier that is derived from the resident registration number. A branch will register the number if you bring an identity document. {old} {next} ${notYou.en}`,
    },
  },
};
