import { describe, expect, it } from '@jest/globals';
import { networkOf, networksOf, widestNetworkOf } from './network.js';

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:0201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0000:0001::', '2001:db8:0:0::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ])('The narrowest network of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('the wider networks of an address', () => {
  it.each([
    ['192.0.2.1', ['192.0.2.1', '192.0.2.0/24']],
    ['::ffff:192.0.2.1', ['192.0.2.1', '192.0.2.0/24']],
    ['2001:db8:1:2345::6', ['2001:db8:1:2345::/64', '2001:db8:1:2300::/56', '2001:db8:1::/48']],
    ['2001:db8:1:45::6', ['2001:db8:1:45::/64', '2001:db8:1:0::/56', '2001:db8:1::/48']],
    ['2001:db8::1', ['2001:db8:0:0::/64', '2001:db8:0:0::/56', '2001:db8:0::/48']],
    ['unknown', ['unknown']],
  ])('The wider networks of %s are %j', (address, networks) => {
    expect(networksOf(address)).toEqual(networks);
    expect(widestNetworkOf(address)).toBe(networks.at(-1));
  });
});
