import { describe, expect, it } from '@jest/globals';
import { sampleBank } from '#libs/config';
import { defaultHoldMonths, notificationKinds } from '#libs/domain';
import { composeMessage, type MessageDetails } from './messages.js';
import { bankMessageKinds, type MessageKind, type MessageLanguage } from './texts.js';

const serial = '5f0c9ad2be3471aa90c2771e88d40f61c3';
const registerBy = new Date('2026-11-23T09:00:00Z');
const at = new Date('2026-11-22T15:30:00Z');

const receiptNumber = 'K7M-2QX-9TR';
const { phone } = sampleBank.callCentre;

/** A message of the fictional bank. */
const message = (
  kind: MessageKind,
  details: MessageDetails = {},
  language: MessageLanguage = 'ko',
  holdMonths = defaultHoldMonths,
) => composeMessage(kind, details, { language, bank: sampleBank, holdMonths });
/** The SMS in both languages. */
const bothSms = (kind: MessageKind, details: MessageDetails) =>
  (['ko', 'en'] as const).map((language) => message(kind, details, language).sms).join('\n');

const ends = ['CANCELLED', 'TIMED_OUT', 'ABANDONED', 'WITHDRAWN', 'REFUSED'] as const;
const standings = ['VALID', 'ON_HOLD', 'REVOKED', 'EXPIRED'] as const;

const messages = [
  ...[...notificationKinds, ...bankMessageKinds].map((kind) => [kind, kind, {}] as const),
  ['REFUSED without an RRN on file', 'REFUSED', { endCode: 'RRN_NOT_ON_FILE' }] as const,
  ...ends.flatMap((kind) =>
    standings.map((oldStanding) => [`${kind} with ${oldStanding}`, kind, { oldStanding }] as const),
  ),
];

describe.each(messages)('The message %s', (name, kind, known) => {
  const details = { serial, registerBy, at, receiptNumber, ...known };
  const korean = message(kind, details, 'ko');
  const english = message(kind, details, 'en');
  const texts = ({ sms, mail }: typeof korean) => [sms, mail.subject, mail.text];

  it(`The SMS ${name} has a short line, then the receipt number and the call centre`, () => {
    const [ko = '', lastKo, ...moreKo] = korean.sms.split('\n');
    expect(ko).toMatch(/^\[한별은행\] .*[가-힣].*[.]$/);
    expect(ko.length).toBeLessThan(90);
    expect([lastKo, moreKo]).toEqual([`접수번호 ${receiptNumber}, 고객센터 ${phone}`, []]);
    const [en = '', lastEn, ...moreEn] = english.sms.split('\n');
    expect(en).toMatch(/^\[Hanbyeol Bank\] [ -~…]*[.]$/);
    expect(en.length).toBeLessThanOrEqual(160);
    expect([lastEn, moreEn]).toEqual([`Receipt number ${receiptNumber}, Call centre ${phone}`, []]);
  });

  it(`The message ${name} is in one language, and its mail names bank, receipt number and call centre too`, () => {
    for (const text of texts(english)) expect(text).not.toMatch(/[가-힣]/);
    for (const text of texts(korean)) expect(text).not.toMatch(/[a-z]/);
    expect(korean.mail.subject).toMatch(/^\[한별은행\] .*[가-힣][^\n]*$/);
    expect(english.mail.subject).toMatch(/^\[Hanbyeol Bank\] [ -~]+$/);
    for (const { mail } of [korean, english])
      for (const part of [receiptNumber, phone]) expect(mail.text).toContain(part);
  });

  it(`The message ${name} shows at most the last four digits of the serial number`, () => {
    const everything = [...texts(korean), ...texts(english)].join();
    expect(everything).not.toContain(serial.slice(-5).toUpperCase());
    expect(everything.toLowerCase()).not.toContain(serial.slice(0, -4));
  });

  it(`The message ${name} has no gaps if nothing is known about reissue and certificate`, () => {
    for (const language of ['ko', 'en'] as const) {
      const everything = texts(message(kind, known, language)).join();
      expect(everything).not.toMatch(/[{}]|undefined|\(…|  |, ,|접수번호|Receipt/);
    }
  });

  it(`The message ${name} carries no links, and no telephone number but that of the call centre`, () => {
    for (const text of [...texts(korean), ...texts(english)])
      expect(text.replaceAll(phone, '')).not.toMatch(/https?:|www\.|\d{2,4}-\d{3,4}/);
  });
});

it('A refusal names the missing data, and otherwise says that identity was not verified', () => {
  expect(message('REFUSED', { endCode: 'RRN_NOT_ON_FILE' }).sms).toContain('주민등록번호');
  expect(message('REFUSED', { endCode: 'IDENTITY_LOCKED' })).toEqual(message('REFUSED'));
});

describe('the deadline for registration', () => {
  it.each(['ISSUED', 'REMINDER'] as const)('The message %s gives the deadline in Korean time', (kind) => {
    const sms = bothSms(kind, { serial, registerBy });
    expect(sms).toContain('11월 23일 18:00까지');
    expect(sms).toContain('by Nov 23, 18:00 GMT+9');
    expect(sms).toContain('새 인증서(…61C3)');
    expect(sms).toContain('certificate (…61C3)');
  });
});

describe('the link to stop a reissue', () => {
  const stopLink = 'https://bank.example/#stop=ri_1.token';

  it.each(['COOLING_OFF', 'NEW_DEVICE', 'HELD', 'REVOKED'] as const)(
    'The message %s has the link in SMS and mail',
    (kind) => {
      for (const [language, line] of [
        ['ko', `본인이 아니라면 여기에서 중지해 주세요: ${stopLink}`],
        ['en', `If this was not you, stop it here: ${stopLink}`],
      ] as const) {
        const { sms, mail } = message(kind, { registerBy, at, receiptNumber, stopLink }, language);
        expect(sms.split('\n')[1]).toBe(line);
        expect(mail.text).toContain(`\n\n${line}\n\n`);
        expect(mail.text).not.toMatch(/링크가 없습니다|hold no links/);
      }
    },
  );

  it('The message COOLING_OFF says when the certificate is issued', () => {
    expect(message('COOLING_OFF', { registerBy }).sms).toContain('11월 23일 18:00에 발급됩니다');
  });
});

describe('an event that a stranger may have caused', () => {
  it.each(['NEW_DEVICE', 'IDENTITY_LOCKED'] as const)(
    'The message %s gives its time and the next action',
    (kind) => {
      const sms = bothSms(kind, { serial, at });
      expect(sms).toContain('11월 23일 00:30');
      expect(sms).toContain('Nov 23, 00:30 GMT+9');
      expect(sms).toMatch(/인증번호.*알리지/);
      expect(sms).toMatch(/share no code with anyone/);
      expect(sms + message(kind, { serial, at }).mail.text).not.toContain('61C3');
    },
  );
});

describe('the end of a reissue', () => {
  const words = {
    VALID: [/계속 사용하실 수/, /is valid/],
    ON_HOLD: [/효력정지/, /is suspended/],
    REVOKED: [/폐지된/, /is revoked/],
    EXPIRED: [/만료된/, /has expired/],
  } as const;

  it.each(ends.flatMap((kind) => standings.map((standing) => [kind, standing] as const)))(
    'The SMS %s says that the old certificate is %s, and no other status',
    (kind, oldStanding) => {
      const sms = bothSms(kind, { serial, oldStanding });
      for (const [standing, phrases] of Object.entries(words))
        for (const phrase of phrases)
          expect([standing, phrase.test(sms)]).toEqual([standing, standing === oldStanding]);
      for (const language of ['ko', 'en'] as const)
        expect(message(kind, { serial, oldStanding }, language).mail.text).not.toMatch(
          /달라지지 않았|has not changed/,
        );
    },
  );

  it.each(ends)('The message %s says nothing about an old certificate that is not known yet', (kind) => {
    expect(bothSms(kind, {})).not.toMatch(/기존 인증서|old/);
    expect(message(kind).mail.text).toMatch(/달라지지 않았/);
  });
});

it.each([
  [1, '1개월이', 'within 1 month,'],
  [12, '12개월이', 'within 12 months,'],
] as const)('A message about a certificate on hold states %i calendar months', (months, korean, english) => {
  for (const [kind, details] of [
    ['HELD', {}],
    ['CANCELLED', { oldStanding: 'ON_HOLD' }],
  ] as const) {
    expect(message(kind, details, 'ko', months).mail.text).toContain(korean);
    expect(message(kind, details, 'en', months).mail.text).toContain(english);
  }
});
