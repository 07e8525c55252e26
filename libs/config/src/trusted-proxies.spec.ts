import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { loadConfig } from './load-config.js';
import { trustedProxies } from './trusted-proxies.js';

const load = (RESEAL_TRUST_PROXY?: string) =>
  loadConfig(z.object({ trustProxy: trustedProxies }), { RESEAL_TRUST_PROXY }).trustProxy;

describe('trusted proxies', () => {
  it('Trusted proxies are none by default and with `false`', () => {
    expect(load()).toBe(false);
    expect(load('false')).toBe(false);
  });

  it('Trusted proxies are a number of hops, or addresses and networks', () => {
    expect(load('2')).toBe(2);
    expect(load('10.0.0.7, 10.1.0.0/16,2001:db8::/32, loopback')).toEqual([
      '10.0.0.7',
      '10.1.0.0/16',
      '2001:db8::/32',
      'loopback',
    ]);
  });

  it.each([
    'true',
    '0',
    '11',
    '-1',
    '1.5',
    '*',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::/129',
    '10.0.0/8',
    '10.0.0.1,',
    'proxy',
  ])('Trusted proxies cannot be %j, and the error names the valid forms', (text) => {
    expect(() => load(text)).toThrow(/RESEAL_TRUST_PROXY: must be the number of proxies in front/);
  });
});
