import { describe, expect, it } from '@jest/globals';
import { notificationKinds } from '#libs/domain';
import { composeMessage } from './messages.js';
import { bankMessageKinds } from './texts.js';

const serial = '5f0c9ad2be3471aa90c2771e88d40f61c3';
const registerBy = new Date('2026-11-23T09:00:00Z');
const at = new Date('2026-11-22T15:30:00Z');

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
  const details = { serial, registerBy, at, ...known };
  const { sms, mail } = composeMessage(kind, details);
  const [korean = '', english = '', ...more] = sms.split('\n');

  it(`The SMS ${name} has one short Korean and one short English line`, () => {
    expect(korean).toMatch(/^\[공동인증서\] .*[가-힣].*[.]$/);
    expect(english).toMatch(/^\[Joint certificate\] [ -~…]*[.]$/);
    expect(more).toEqual([]);
    expect(korean.length).toBeLessThan(90);
    expect(english.length).toBeLessThanOrEqual(160);
  });

  it(`The mail ${name} is in Korean, then in English`, () => {
    const [first = '', second = ''] = mail.text.split('\n----\n');
    expect(first).toMatch(/[가-힣]/);
    expect(second).toMatch(/[a-z]/);
    expect(second).not.toMatch(/[가-힣]/);
    expect(mail.subject).toMatch(/^\[공동인증서\] .*[가-힣].* \/ [ -~]+$/);
    expect(mail.subject).not.toContain('\n');
  });

  it(`The message ${name} shows at most the last four digits of the serial number`, () => {
    const everything = sms + mail.subject + mail.text;
    expect(everything).not.toContain(serial.slice(-5).toUpperCase());
    expect(everything.toLowerCase()).not.toContain(serial.slice(0, -4));
  });

  it(`The message ${name} has no gaps if nothing is known about the certificate`, () => {
    const bare = composeMessage(kind, known);
    expect(bare.sms + bare.mail.subject + bare.mail.text).not.toMatch(/[{}]|undefined|\(…|  /);
  });

  it(`The message ${name} carries no links and no telephone numbers`, () => {
    expect(sms + mail.text).not.toMatch(/https?:|www\.|\d{2,4}-\d{3,4}/);
  });
});

it('A refusal names the missing data, and otherwise says that identity was not verified', () => {
  expect(composeMessage('REFUSED', { endCode: 'RRN_NOT_ON_FILE' }).sms).toContain('주민등록번호');
  expect(composeMessage('REFUSED', { endCode: 'IDENTITY_LOCKED' })).toEqual(composeMessage('REFUSED'));
});

describe('the deadline for registration', () => {
  it.each(['ISSUED', 'REMINDER'] as const)('The message %s gives the deadline in Korean time', (kind) => {
    const { sms } = composeMessage(kind, { serial, registerBy });
    expect(sms).toContain('11월 23일 18:00까지');
    expect(sms).toContain('by Nov 23, 18:00 GMT+9');
    expect(sms).toContain('새 인증서(…61C3)');
    expect(sms).toContain('certificate (…61C3)');
  });
});

describe('an event that a stranger may have caused', () => {
  it.each(['NEW_DEVICE', 'IDENTITY_LOCKED'] as const)(
    'The message %s gives its time and the next action',
    (kind) => {
      const { sms, mail } = composeMessage(kind, { serial, at });
      expect(sms).toContain('11월 23일 00:30');
      expect(sms).toContain('Nov 23, 00:30 GMT+9');
      expect(sms).toMatch(/인증번호.*알리지/);
      expect(sms).toMatch(/share no code with anyone/);
      expect(sms + mail.subject + mail.text).not.toContain('61C3');
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
      const { sms, mail } = composeMessage(kind, { serial, oldStanding });
      for (const [standing, phrases] of Object.entries(words))
        for (const phrase of phrases)
          expect([standing, phrase.test(sms)]).toEqual([standing, standing === oldStanding]);
      expect(mail.text).not.toMatch(/달라지지 않았|has not changed/);
    },
  );

  it.each(ends)('The message %s says nothing about an old certificate that is not known yet', (kind) => {
    const { sms, mail } = composeMessage(kind);
    expect(sms).not.toMatch(/기존 인증서|old/);
    expect(mail.text).toMatch(/달라지지 않았/);
  });
});

it.each([
  [1, '1개월이', 'within 1 month,'],
  [12, '12개월이', 'within 12 months,'],
] as const)('A message about a certificate on hold states %i calendar months', (months, korean, english) => {
  for (const message of [
    composeMessage('HELD', {}, months),
    composeMessage('CANCELLED', { oldStanding: 'ON_HOLD' }, months),
  ]) {
    expect(message.mail.text).toContain(korean);
    expect(message.mail.text).toContain(english);
  }
});
