import { describe, expect, it } from '@jest/globals';
import { formatMobile, mobileNumber, normaliseRecipient } from './addresses.js';

describe('addresses', () => {
  it.each(['010-0000-0001', '010 0000 0001', '+82 10-0000-0001', '+82010-0000-0001', '01000000001'])(
    'normaliseMobile gives the same number for %s',
    (written) => expect(mobileNumber.parse(written)).toBe('01000000001'),
  );

  it.each(['', '02-123-4567', '010-0000-00', 'abc', '010-0000-00011', '+1 555 010 0000'])(
    'normaliseMobile refuses %j',
    (written) => expect(mobileNumber.safeParse(written).success).toBe(false),
  );

  it('Mail addresses are compared without case', () => {
    expect(normaliseRecipient(' Person1@People.example.com ')).toBe('person1@people.example.com');
  });

  it('A mobile number is written with hyphens', () => {
    expect(formatMobile('01000000001')).toBe('010-0000-0001');
    expect(formatMobile('0110000001')).toBe('011-000-0001');
  });
});
