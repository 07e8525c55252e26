import type { Bank } from '#libs/config';
import type { OldCertificateStatus } from '#libs/contracts';
import type { EndCode } from '#libs/domain';
import {
  oldCertificate,
  oldUnchanged,
  refusals,
  texts,
  type MessageLanguage,
  type MessageText,
  type MessageKind,
} from './texts.js';

/** What a message may say about one certificate; nothing about its holder. */
export interface MessageDetails {
  /** The reissue that the message is about, if it is about one. */
  readonly receiptNumber?: string;
  /** The certificate concerned. Only its last four digits are shown. */
  readonly serial?: string;
  /** Until when the new certificate can be registered, or when it is issued. */
  readonly registerBy?: Date;
  /** The link by which the customer stops the reissue. */
  readonly stopLink?: string;
  /** When the change happened. */
  readonly at?: Date;
  /** Why the reissue ended. */
  readonly endCode?: EndCode;
  /** The present status of the certificate that the reissue was to replace. */
  readonly oldStanding?: OldCertificateStatus;
}

interface Message {
  readonly sms: string;
  readonly mail: { readonly subject: string; readonly text: string };
}

/** The kinds whose text depends on why the reissue ended. */
const kindsExplainedByEndCode: readonly MessageKind[] = ['REFUSED', 'ABANDONED'];

const labels = {
  ko: { receipt: '접수번호', callCentre: '고객센터' },
  en: { receipt: 'Receipt number', callCentre: 'Call centre' },
};

// Messages carry no link but that to stop a reissue, so that people learn to distrust others.
const closing = {
  ko: '은행은 문자나 전자우편으로 비밀번호나 인증번호를 묻지 않으며, 재발급을 알리는 메시지에는 링크가 없습니다.',
  en: 'The Bank never asks for a password or a code by text message or e-mail, and messages about a reissue hold no links.',
};

const closingWithLink = {
  ko: '은행은 문자나 전자우편, 그리고 위 링크의 화면에서 비밀번호나 인증번호를 묻지 않습니다.',
  en: 'The Bank never asks for a password or a code by text message or e-mail, nor on the page of the link above.',
};

const stopLinks = {
  ko: (link: string) => `본인이 아니라면 여기에서 중지해 주세요: ${link}`,
  en: (link: string) => `If this was not you, stop it here: ${link}`,
};

const holdPeriods = {
  ko: (months: number) => `${months}개월`,
  en: (months: number) => (months === 1 ? '1 month' : `${months} months`),
};

const unknownTime = { ko: '앱에 표시된 기한', en: 'the time shown in the app' };
const unknownDay = { ko: '방금', en: 'one of the last days' };

const koreanTime = { timeZone: 'Asia/Seoul', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const formats = {
  ko: new Intl.DateTimeFormat('ko', { ...koreanTime, month: 'long', day: 'numeric' }),
  en: new Intl.DateTimeFormat('en', { ...koreanTime, month: 'short', day: 'numeric', timeZoneName: 'short' }),
};

/** What all messages of an installation to one customer have in common. */
interface MessageSettings {
  readonly language: MessageLanguage;
  readonly bank: Bank;
  /** The calendar months after which a certificate on hold is revoked. */
  readonly holdMonths: number;
}

/**
 * Composes the SMS and the mail of a kind in the customer's language. Both name the bank, the receipt number and the call
 * centre. They hold no personal data: a reader of a lock screen or of another person's mailbox learns that a certificate
 * changed, not whose.
 */
export function composeMessage(
  kind: MessageKind,
  details: MessageDetails,
  { language, bank, holdMonths }: MessageSettings,
): Message {
  const text =
    (kindsExplainedByEndCode.includes(kind) && details.endCode && refusals[details.endCode]) || texts[kind];
  const { subject, fact, action, explanation } = fill(language, text[language], details, holdMonths);
  const { receipt, callCentre } = labels[language];
  const { phone, hours } = bank.callCentre;
  const name = bank.name[language];
  const contact = [details.receiptNumber && `${receipt} ${details.receiptNumber}`, `${callCentre} ${phone}`]
    .filter(Boolean)
    .join(', ');
  const { stopLink } = details;
  const stop = stopLink === undefined ? [] : [stopLinks[language](stopLink)];
  const end = (stopLink === undefined ? closing : closingWithLink)[language];
  const sender = `${name} · ${contact} (${hours[language]})`;
  return {
    sms: [`[${name}] ${fact} ${action}`, ...stop, contact].join('\n'),
    mail: {
      subject: `[${name}] ${subject}`,
      text: `${[`${fact}\n${action}`, ...stop, explanation, sender, end].join('\n\n')}\n`,
    },
  };
}

function fill(
  language: MessageLanguage,
  text: MessageText,
  details: MessageDetails,
  holdMonths: number,
): MessageText {
  const { serial, registerBy, at, oldStanding } = details;
  const values: Record<string, string> = {
    serial: serial ? `${language === 'en' ? ' ' : ''}(…${serial.slice(-4).toUpperCase()})` : '',
    at: at ? formats[language].format(at) : unknownDay[language],
    ...(oldStanding ? oldCertificate[oldStanding] : oldUnchanged)[language],
    holdPeriod: holdPeriods[language](holdMonths),
    by: registerBy ? formats[language].format(registerBy) : unknownTime[language],
  };
  // A value may itself contain a placeholder.
  const value = (phrase: string): string =>
    phrase.replace(/\{(\w+)\}/g, (_, name: string) => value(values[name] ?? ''));
  const replace = (phrase: string) => value(phrase).replace(/ {2,}/g, ' ').trim();
  return {
    subject: replace(text.subject),
    fact: replace(text.fact),
    action: replace(text.action),
    explanation: replace(text.explanation),
  };
}
