import { describe, expect, it } from '@jest/globals';
import { formatMobile, mobileNumber, normaliseRecipient } from './addresses.js';

describe('addresses', () => {
  it.each(['010-0000-0001', '010 0000 0001', '+82 10-0000-0001', '+82010-0000-0001', '01000000001'])(
    'takes %s for one and the same number',
    (written) => expect(mobileNumber.parse(written)).toBe('01000000001'),
  );

  it.each(['', '02-123-4567', '010-0000-00', 'abc', '010-0000-00011', '+1 555 010 0000'])(
    'refuses %j as a mobile number',
    (written) => expect(mobileNumber.safeParse(written).success).toBe(false),
  );

  it('compares mail addresses without regard to case', () => {
    expect(normaliseRecipient(' Person1@People.example.com ')).toBe('person1@people.example.com');
  });

  it('writes numbers as people do', () => {
    expect(formatMobile('01000000001')).toBe('010-0000-0001');
    expect(formatMobile('0110000001')).toBe('011-000-0001');
  });
});
