import { describe, expect, it } from '@jest/globals';
import { stepLimitReached, maximumSteps, messages } from './index.js';

describe('the limit of steps', () => {
  it.each(messages.filter((message) => message !== 'cancel' && message !== 'stop'))(
    'The number of steps is limited for %s',
    (message) => {
      expect(stepLimitReached(maximumSteps - 1, message)).toBe(false);
      expect(stepLimitReached(2 * maximumSteps, message)).toBe(true);
    },
  );

  it('An issued certificate has further steps to be registered', () => {
    expect(stepLimitReached(maximumSteps, 'requestCertificate')).toBe(true);
    expect(stepLimitReached(maximumSteps, 'certificateIssued')).toBe(false);
    expect(stepLimitReached(maximumSteps, 'proveRegistration')).toBe(false);
  });

  it('Cancelling and stopping have no limit', () => {
    expect(stepLimitReached(1_000_000, 'cancel')).toBe(false);
    expect(stepLimitReached(1_000_000, 'stop')).toBe(false);
  });
});
