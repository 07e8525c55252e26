import type { OldCertificateStatus } from '#libs/contracts';
import { defaultHoldMonths, type EndCode } from '#libs/domain';
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
  /** The certificate concerned. Only its last four digits are shown. */
  readonly serial?: string;
  /** Until when the new certificate can be registered. */
  readonly registerBy?: Date;
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

const service = { ko: '공동인증서', en: 'Joint certificate' };

// Messages carry no links and no telephone numbers, so that people learn to distrust messages that do.
const closing = {
  ko: '은행은 문자나 전자우편으로 비밀번호나 인증번호를 묻지 않으며, 재발급을 알리는 메시지에는 링크가 없습니다. 문의는 은행 앱이나 통장에 적힌 고객센터로 해 주세요.',
  en: 'The Bank never asks for a password or a code by text message or e-mail, and messages about a reissue hold no links. For questions, call the customer centre at the number in the Bank’s app.',
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

/**
 * Composes the SMS and the mail of a kind, in Korean first, then in English. They hold no personal data: a reader of a lock
 * screen or of another person's mailbox learns that a certificate changed, not whose.
 *
 * @param holdMonths the calendar months after which a certificate on hold is revoked
 */
export function composeMessage(
  kind: MessageKind,
  details: MessageDetails = {},
  holdMonths = defaultHoldMonths,
): Message {
  const text =
    (kindsExplainedByEndCode.includes(kind) && details.endCode && refusals[details.endCode]) || texts[kind];
  const ko = fill('ko', text.ko, details, holdMonths);
  const en = fill('en', text.en, details, holdMonths);
  return {
    sms: `[${service.ko}] ${ko.fact} ${ko.action}\n[${service.en}] ${en.fact} ${en.action}`,
    mail: {
      subject: `[${service.ko}] ${ko.subject} / ${en.subject}`,
      text: `${body('ko', ko)}\n\n----\n\n${body('en', en)}\n`,
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

function body(language: MessageLanguage, { fact, action, explanation }: MessageText): string {
  return `${fact}\n${action}\n\n${explanation}\n\n${closing[language]}`;
}
