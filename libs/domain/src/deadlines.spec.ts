import { describe, expect, it } from '@jest/globals';
import { coolingOffEnd, defaultDeadlines, earlyRevocation, withWait, type CoolingReissue } from './index.js';

const hour = 3_600_000;

describe('deadlines', () => {
  it('The deadlines are 30 minutes to ISSUED, then a day, or seven days without another certificate', () => {
    expect(defaultDeadlines).toEqual({
      untilIssuedMs: hour / 2,
      untilRegisteredMs: 24 * hour,
      untilRegisteredWithoutOldMs: 7 * 24 * hour,
      remindersMs: [hour, 12 * hour],
      untilAbandonedMs: 72 * hour,
    });
  });

  it('Every reminder comes before the certificate is withdrawn', () => {
    const { remindersMs, untilRegisteredMs } = defaultDeadlines;
    expect([...remindersMs].sort((a, b) => a - b)).toEqual([...remindersMs]);
    for (const reminder of remindersMs) expect(reminder).toBeLessThan(untilRegisteredMs);
  });
});

describe('the early change of the old certificate', () => {
  it.each([
    ['LOST', 'HOLD'],
    ['KEY_COMPROMISED', 'REVOKE'],
    ['EXPIRED', undefined],
    ['PASSWORD_FORGOTTEN', undefined],
  ] as const)('The reason %s leads to the early act %s', (reason, action) => {
    expect(earlyRevocation(reason)).toBe(action);
  });
});

describe('the wait before the signature', () => {
  const now = new Date('2026-11-05T00:00:00Z');
  const inHours = (hours: number) => new Date(now.getTime() + hours * hour);
  const none: CoolingReissue = { required_wait_ms: null, cooling_off_since: null, cooling_off_until: null };
  const waiting = (hours: number, until: Date): CoolingReissue => ({
    ...{ required_wait_ms: String(hours * hour), cooling_off_since: now, cooling_off_until: until },
  });

  it('A wait begins with the request, and without a required one there is none', () => {
    expect(coolingOffEnd(none, now)).toBeUndefined();
    expect(coolingOffEnd({ ...none, ...withWait(none, 24) }, inHours(1))).toEqual(inHours(25));
  });

  it('The greatest of several waits counts, and lengthens one that has begun', () => {
    const row = waiting(24, inHours(24));
    expect(withWait(row, 12)).toBeUndefined();
    expect(withWait(row, 24)).toBeUndefined();
    expect(coolingOffEnd({ ...row, ...withWait(row, 48) }, inHours(30))).toEqual(inHours(48));
  });

  it('The same decision does not undo that an approver ended the wait', () => {
    const row = waiting(24, inHours(2));
    expect(coolingOffEnd({ ...row, ...withWait(row, 24) }, inHours(3))).toEqual(inHours(2));
  });

  it('No wait is longer than access tokens outlive', () => {
    expect(withWait(none, 720)).toEqual({ required_wait_ms: String(72 * hour) });
  });
});
