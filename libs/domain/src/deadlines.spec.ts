import { describe, expect, it } from '@jest/globals';
import { defaultDeadlines, earlyRevocation } from './index.js';

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
