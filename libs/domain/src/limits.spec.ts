import { describe, expect, it } from '@jest/globals';
import { exhausted, maximumSteps, messages } from './index.js';

describe('how many messages a reissue takes', () => {
  it.each(messages.filter((message) => message !== 'cancel'))('is bounded for %s', (message) => {
    expect(exhausted(maximumSteps - 1, message)).toBe(false);
    expect(exhausted(2 * maximumSteps, message)).toBe(true);
  });

  it('leaves a certificate that was made time to be registered', () => {
    expect(exhausted(maximumSteps, 'requestCertificate')).toBe(true);
    expect(exhausted(maximumSteps, 'certificateIssued')).toBe(false);
    expect(exhausted(maximumSteps, 'proveRegistration')).toBe(false);
  });

  it('never keeps anybody from cancelling', () => {
    expect(exhausted(1_000_000, 'cancel')).toBe(false);
  });
});
