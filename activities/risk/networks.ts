import { BlockList, isIPv6 } from 'node:net';
import type { RiskFacts } from '#libs/risk';

/** The domestic networks of the configuration. Those of a bank's own machines count as domestic too. */
const privateNetworks = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
];

/** Says whether an address is in the country, by a list of networks. */
export class Networks {
  private readonly domestic = new BlockList();
  private readonly listed: boolean;

  /** @param domestic networks in prefix notation; without any, no address is foreign */
  constructor(domestic: readonly string[]) {
    this.listed = domestic.length > 0;
    for (const network of [...privateNetworks, ...domestic]) {
      const [address = '', prefix] = network.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      this.domestic.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
    }
  }

  /** @param address as a socket gives it; an IPv4-mapped IPv6 address is the IPv4 address */
  kindOf(address: string): RiskFacts['network'] {
    if (!this.listed) return 'UNKNOWN';
    const [bare = ''] = address.split('%'); // without the zone of a link-local address
    return this.domestic.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4') ? 'DOMESTIC' : 'FOREIGN';
  }
}
