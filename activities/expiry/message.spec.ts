import { describe, expect, it } from '@jest/globals';
import { sampleBank } from '#libs/config';
import { composeExpiryNotice } from './message.js';

const notice = {
  serial: '5f0c9ad2be3471aa90c2771e88d40f61c3',
  // 31 January in Korea, and still 30 January in UTC.
  notAfter: new Date('2027-01-30T15:30:00Z'),
  bank: sampleBank,
  pageUrl: 'https://reissue.bank.example',
};

describe.each([30, 7, 1, -1])('The notice %i days before the expiry', (daysLeft) => {
  const { sms, mail } = composeExpiryNotice({ ...notice, daysLeft });
  const [korean = '', english = '', link = '', ...more] = sms.split('\n');

  it('The SMS has a Korean and an English line with the name of the bank, and one link', () => {
    expect(korean).toMatch(/^\[한별은행 공동인증서\] .*[가-힣].*[.]$/);
    expect(english).toMatch(/^\[Hanbyeol Bank joint certificate\] [ -~…]*[.]$/);
    expect(korean.length).toBeLessThan(90);
    expect(english.length).toBeLessThanOrEqual(160);
    expect(link).toBe('https://reissue.bank.example/?reason=EXPIRED');
    expect(more).toEqual([]);
  });

  it('The message says on which day in Korea the certificate expires or expired', () => {
    const [ko, en] =
      daysLeft > 0
        ? [/1월 31일에 만료됩니다/, /expires on Jan 31/]
        : [/1월 31일에 만료되었습니다/, /expired on Jan 31/];
    for (const text of [sms, mail.subject, mail.text]) {
      expect(text).toMatch(ko);
      expect(text).toMatch(en);
    }
  });

  it('The message shows at most the last four digits of the serial number, and no placeholder', () => {
    const everything = sms + mail.subject + mail.text;
    expect(sms).toContain('(…61C3)');
    expect(everything).not.toMatch(/[{}]|undefined|F61C3/i);
  });

  it('The mail is in Korean, then in English, and each part has the link', () => {
    const parts = mail.text.split('\n----\n');
    expect(parts).toHaveLength(2);
    expect(parts[1]).not.toMatch(/[가-힣]/);
    for (const part of parts) expect(part).toContain('https://reissue.bank.example/?reason=EXPIRED');
  });

  it('A message without a link names the app of the bank', () => {
    const plain = composeExpiryNotice({ ...notice, daysLeft, pageUrl: undefined });
    expect(plain.sms + plain.mail.text).not.toMatch(/https?:|www\./);
    expect(plain.sms.split('\n')).toHaveLength(2);
    expect(plain.mail.text).toContain('은행 앱');
  });
});

it('A link keeps the path and the parameters of the configured page', () => {
  const { sms } = composeExpiryNotice({
    ...notice,
    daysLeft: 7,
    pageUrl: 'https://bank.example/reissue?from=sms',
  });
  expect(sms).toContain('https://bank.example/reissue?from=sms&reason=EXPIRED');
});
