import type { Bank } from '#libs/config';
import { dayAfterExpiry, type BilingualText } from '#libs/domain';

export interface ExpiryNotice {
  /** Only its last four digits are shown. */
  readonly serial: string;
  readonly notAfter: Date;
  /** The announcement: days before the expiry, or -1 on the day after. */
  readonly daysLeft: number;
  readonly language: Language;
  readonly bank: Bank;
  /** Address of the customers' page; undefined for a message without a link. */
  readonly pageUrl: string | undefined;
}

interface Message {
  readonly sms: string;
  readonly mail: { readonly subject: string; readonly text: string };
}

type Language = keyof BilingualText;

/** `{serial}` is the masked serial number, `{day}` the day of the expiry in Korea. */
interface ExpiryText {
  readonly subject: string;
  readonly fact: string;
  readonly action: string;
  readonly explanation: string;
}

const expiring: Readonly<Record<Language, ExpiryText>> = {
  ko: {
    subject: '공동인증서가 {day}에 만료됩니다',
    fact: '공동인증서(…{serial})가 {day}에 만료됩니다.',
    action: '만료되기 전에 재발급을 신청해 주세요.',
    explanation:
      '만료된 인증서로는 전자서명과 로그인을 할 수 없습니다. 이미 재발급받으셨다면 따로 하실 일은 없습니다.',
  },
  en: {
    subject: 'Your joint certificate expires on {day}',
    fact: 'Your joint certificate (…{serial}) expires on {day}.',
    action: 'Apply for a new one before that day.',
    explanation:
      'You cannot sign or log in with an expired certificate. If you already have a new one, you do not need to do anything.',
  },
};

const expired: Readonly<Record<Language, ExpiryText>> = {
  ko: {
    subject: '공동인증서가 {day}에 만료되었습니다',
    fact: '공동인증서(…{serial})가 {day}에 만료되었습니다.',
    action: '계속 이용하시려면 재발급을 신청해 주세요.',
    explanation:
      '만료된 인증서로는 전자서명과 로그인을 할 수 없습니다. 인증서가 필요하지 않으시면 따로 하실 일은 없습니다.',
  },
  en: {
    subject: 'Your joint certificate expired on {day}',
    fact: 'Your joint certificate (…{serial}) expired on {day}.',
    action: 'Apply for a new one to continue.',
    explanation:
      'You cannot sign or log in with an expired certificate. If you do not need one, you do not need to do anything.',
  },
};

const callCentre = { ko: '고객센터', en: 'Call centre' };

/** How to apply, with or without a link. */
const ways = {
  ko: (link: string | undefined) =>
    link === undefined
      ? '신청은 은행 앱에서 해 주세요.'
      : `신청은 은행 앱이나 다음 주소에서 해 주세요: ${link}`,
  en: (link: string | undefined) =>
    link === undefined
      ? 'Please apply in the Bank’s app.'
      : `Please apply in the Bank’s app or at this address: ${link}`,
};

const closing = {
  ko: ({ phone, hours }: Bank['callCentre']) =>
    `은행은 문자나 전자우편으로 비밀번호나 인증번호를 묻지 않습니다. 만료 안내를 원하지 않으시면 고객센터(${phone}, ${hours.ko})나 은행 앱에서 알려 주세요.`,
  en: ({ phone, hours }: Bank['callCentre']) =>
    `The Bank never asks for a password or a code by text message or e-mail. If you do not want notices of expiry, tell the call centre (${phone}, ${hours.en}) or choose so in the Bank’s app.`,
};

const formats = {
  ko: new Intl.DateTimeFormat('ko', { timeZone: 'Asia/Seoul', month: 'long', day: 'numeric' }),
  en: new Intl.DateTimeFormat('en', { timeZone: 'Asia/Seoul', month: 'short', day: 'numeric' }),
};

/**
 * Composes the SMS and the mail of an announcement in the customer's language. They hold no personal data. The link opens the
 * customers' page with the reason filled in, and is the same for everybody.
 */
export function composeExpiryNotice({
  serial,
  notAfter,
  daysLeft,
  language,
  bank,
  pageUrl,
}: ExpiryNotice): Message {
  const { subject, fact, action, explanation } = (daysLeft === dayAfterExpiry ? expired : expiring)[language];
  const link = pageUrl === undefined ? undefined : linkTo(pageUrl);
  const name = bank.name[language];
  const fill = (text: string) =>
    text
      .replace('{serial}', serial.slice(-4).toUpperCase())
      .replace('{day}', formats[language].format(notAfter));
  const sms = [
    `[${name}] ${fill(fact)} ${action}`,
    ...(link === undefined ? [] : [link]),
    `${callCentre[language]} ${bank.callCentre.phone}`,
  ];
  return {
    sms: sms.join('\n'),
    mail: {
      subject: `[${name}] ${fill(subject)}`,
      text: `${fill(fact)}\n${action}\n\n${ways[language](link)}\n${explanation}\n\n${closing[language](bank.callCentre)}\n`,
    },
  };
}

/** The customers' page with the reason for a reissue of an expired certificate, or of one that is about to expire. */
function linkTo(pageUrl: string): string {
  const link = new URL(pageUrl);
  link.searchParams.set('reason', 'EXPIRED');
  return link.href;
}
