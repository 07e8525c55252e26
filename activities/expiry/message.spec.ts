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

const days = [30, 7, 1, -1];
const languages = ['ko', 'en'] as const;

describe.each(days.flatMap((daysLeft) => languages.map((language) => [daysLeft, language] as const)))(
  'The notice %i days before the expiry, in %s',
  (daysLeft, language) => {
    const { sms, mail } = composeExpiryNotice({ ...notice, daysLeft, language });
    const texts = [sms, mail.subject, mail.text];
    const [line = '', link = '', contact = '', ...more] = sms.split('\n');
    const bank = sampleBank.name[language];
    const phone = `${language === 'ko' ? '고객센터' : 'Call centre'} 1500-0000`;

    it('The SMS has one line with the name of the bank, one link, and the number of the call centre', () => {
      expect(line).toMatch(
        language === 'ko' ? /^\[한별은행\] .*[가-힣].*[.]$/ : /^\[Hanbyeol Bank\] [ -~…]*[.]$/,
      );
      expect(line.length).toBeLessThanOrEqual(language === 'ko' ? 90 : 160);
      expect([link, contact, more]).toEqual(['https://reissue.bank.example/?reason=EXPIRED', phone, []]);
      expect(mail.subject).toMatch(new RegExp(`^\\[${bank}\\] .+$`));
      expect(mail.text).toContain('https://reissue.bank.example/?reason=EXPIRED');
      expect(mail.text).toContain('1500-0000');
    });

    it('The message is in one language', () => {
      const other = language === 'ko' ? /[a-z]{2}/i : /[가-힣]/;
      for (const text of texts)
        expect(
          text.replaceAll('https://reissue.bank.example/?reason=EXPIRED', '').replace('61C3', ''),
        ).not.toMatch(other);
    });

    it('The message says on which day in Korea the certificate expires or expired', () => {
      const [ko, en] =
        daysLeft > 0
          ? [/1월 31일에 만료됩니다/, /expires on Jan 31/]
          : [/1월 31일에 만료되었습니다/, /expired on Jan 31/];
      for (const text of texts) expect(text).toMatch(language === 'ko' ? ko : en);
    });

    it('The message shows at most the last four digits of the serial number, and no placeholder', () => {
      expect(sms).toContain('(…61C3)');
      expect(texts.join('')).not.toMatch(/[{}]|undefined|F61C3/i);
    });

    it('A message without a link names the app of the bank', () => {
      const plain = composeExpiryNotice({ ...notice, daysLeft, language, pageUrl: undefined });
      expect(plain.sms + plain.mail.text).not.toMatch(/https?:|www\./);
      expect(plain.sms.split('\n')).toHaveLength(2);
      expect(plain.mail.text).toContain(language === 'ko' ? '은행 앱' : 'the Bank’s app');
    });
  },
);

it('A link keeps the path and the parameters of the configured page', () => {
  const { sms } = composeExpiryNotice({
    ...notice,
    daysLeft: 7,
    language: 'ko',
    pageUrl: 'https://bank.example/reissue?from=sms',
  });
  expect(sms).toContain('https://bank.example/reissue?from=sms&reason=EXPIRED');
});
