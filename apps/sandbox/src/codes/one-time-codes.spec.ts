import { describe, expect, it } from '@jest/globals';
import { judge, maxWrongTries } from './one-time-codes.js';
import { codeText } from './telecom.js';

const sentAt = new Date('2026-11-22T03:00:00Z');
const after = (ms: number) => new Date(sentAt.getTime() + ms);
const sent = {
  code: '012345',
  status: 'SENT',
  expires_at: after(180_000),
  wrong_tries: 0,
  matched_at: null,
};

describe('judging a one-time code', () => {
  it('The right code matches before it expires', () => {
    expect(judge(sent, '012345', sentAt)).toBe('MATCHED');
    expect(judge(sent, '012345', after(179_999))).toBe('MATCHED');
  });

  it('A code is expired at the end of its lifetime, right or wrong', () => {
    expect(judge(sent, '012345', after(180_000))).toBe('EXPIRED');
    expect(judge(sent, '999999', after(180_000))).toBe('EXPIRED');
  });

  it.each(['012346', '12345', '0123456', '', ' 012345', '０１２３４５'])(
    'The code %j does not match',
    (given) => {
      expect(judge(sent, given, sentAt)).toBe('MISMATCHED');
    },
  );

  it('A code matches once', () => {
    expect(judge({ ...sent, matched_at: sentAt }, '012345', after(1))).toBe('EXPIRED');
  });

  it('A code is void after too many wrong guesses', () => {
    expect(judge({ ...sent, wrong_tries: maxWrongTries - 1 }, '012345', sentAt)).toBe('MATCHED');
    expect(judge({ ...sent, wrong_tries: maxWrongTries }, '012345', sentAt)).toBe('EXPIRED');
  });

  it('Nothing matches if the code had no addressee', () => {
    expect(judge({ ...sent, status: 'UNKNOWN_SUBSCRIBER' }, '012345', sentAt)).toBe('MISMATCHED');
  });
});

describe('the text of a code', () => {
  it('The SMS has Korean and English text, with the code after its name', () => {
    const text = codeText('012345', 180_000);
    expect(text).toMatch(/^\[.+\] .*인증번호 012345\b/);
    expect(text).toContain('Verification code 012345');
    expect(text).toContain('180');
  });
});
