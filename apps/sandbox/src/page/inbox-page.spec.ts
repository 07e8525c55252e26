import { describe, expect, it } from '@jest/globals';
import type { Person } from '../people/person.js';
import { renderInboxPage } from './inbox-page.js';

const person: Person = {
  personId: '00000000-0000-4000-8000-000000000001',
  name: '김가상',
  mobile: '01000000001',
  carrier: 'SKT',
  email: 'person0000001@people.example.com',
  rrn: '9001011000012',
  rrnOnFile: true,
  birthDate: '1990-01-01',
  document: { type: 'RESIDENT_CARD', issuedOn: '2020-02-03' },
  account: { bank: '999', number: '100000000001' },
  certificatePassword: 'abcde-12345-FGH',
  ci: 'x'.repeat(88),
  holding: 'VALID',
};
const message = {
  id: 'sms/1',
  channel: 'SMS' as const,
  to: '01000000001',
  from: '1500-0000',
  text: '인증번호 123456 <script>alert(1)</script>',
  receivedAt: '2026-11-22T03:00:00.000Z',
};

describe('the inbox page', () => {
  const render = (language: 'ko' | 'en') =>
    renderInboxPage({ language, people: [person], person, messages: [message], deposits: [] });

  it('The inbox page escapes messages and marks their codes', () => {
    const page = render('ko');
    expect(page).toContain('<mark>123456</mark>');
    expect(page).not.toContain('<script>alert');
  });

  it('The inbox page is in Korean or English and links to the other language', () => {
    expect(render('ko')).toContain('<html lang="ko">');
    expect(render('ko')).toContain('인증서 암호');
    expect(render('ko')).toContain('lang=en');
    expect(render('en')).toContain('Certificate password');
    expect(render('en')).toContain('lang=ko');
  });

  it('The inbox page shows the data that the person knows', () => {
    for (const known of ['김가상', '010-0000-0001', '900101-1000012', 'abcde-12345-FGH', '100000000001'])
      expect(render('en')).toContain(known);
  });

  it('The inbox page says that there are no people and no messages', () => {
    const page = renderInboxPage({
      language: 'en',
      people: [],
      person: undefined,
      messages: [],
      deposits: [],
    });
    expect(page).toContain('No messages.');
    expect(page).toContain('No people yet.');
  });
});
