import { describe, expect, it } from '@jest/globals';
import { Networks } from './networks.js';

describe('the network of an address', () => {
  const korea = new Networks(['203.0.113.0/24', '198.51.100.7', '2001:db8::/32']);

  it.each([
    ['203.0.113.200', 'DOMESTIC'],
    ['198.51.100.7', 'DOMESTIC'],
    ['198.51.100.8', 'FOREIGN'],
    ['2001:db8::1', 'DOMESTIC'],
    ['2001:db9::1', 'FOREIGN'],
    ['::ffff:203.0.113.9', 'DOMESTIC'],
    ['::ffff:198.51.100.8', 'FOREIGN'],
    ['10.1.2.3', 'DOMESTIC'],
    ['fe80::1%eth0', 'FOREIGN'],
    ['no address', 'FOREIGN'],
  ] as const)('The address %s is %s', (address, kind) => {
    expect(korea.kindOf(address)).toBe(kind);
  });

  it('Without a list no address is foreign', () => {
    expect(new Networks([]).kindOf('198.51.100.8')).toBe('UNKNOWN');
  });
});
