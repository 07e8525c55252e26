import { describe, expect, it } from '@jest/globals';
import { stepLimitReached, maximumSteps, messages } from './index.js';

describe('how many messages a reissue takes', () => {
  it.each(messages.filter((message) => message !== 'cancel'))('is bounded for %s', (message) => {
    expect(stepLimitReached(maximumSteps - 1, message)).toBe(false);
    expect(stepLimitReached(2 * maximumSteps, message)).toBe(true);
  });

  it('leaves a certificate that was made time to be registered', () => {
    expect(stepLimitReached(maximumSteps, 'requestCertificate')).toBe(true);
    expect(stepLimitReached(maximumSteps, 'certificateIssued')).toBe(false);
    expect(stepLimitReached(maximumSteps, 'proveRegistration')).toBe(false);
  });

  it('never keeps anybody from cancelling', () => {
    expect(stepLimitReached(1_000_000, 'cancel')).toBe(false);
  });
});
