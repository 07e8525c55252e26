import { isIPv4, isIPv6 } from 'node:net';

/**
 * The networks that limits count an address by, the narrowest first. For IPv6 these are the first 64 bits, because the
 * owner of one address has the whole network (RFC 6177, RFC 4291 section 2.5.4), and the first 56 and 48 bits, which
 * providers give to one customer (RIPE-690). For IPv4 they are the address itself and its first 24 bits.
 *
 * @param address as a socket gives it; an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is the IPv4 address
 */
export function networksOf(address: string): readonly [narrowest: string, ...wider: string[]] {
  const [bare = ''] = address.split('%'); // without the zone of a link-local address
  if (!isIPv6(bare)) return isIPv4(bare) ? networksOfIPv4(bare) : [bare];
  const { hostname } = new URL(`http://[${bare}]`); // the one shortest form, in hexadecimal (RFC 5952)
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const groups = [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last];
  if (groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff')
    return networksOfIPv4(groups.slice(6).flatMap(bytesOf).join('.'));
  const [site, subnet] = [groups.slice(0, 3).join(':'), groups[3] ?? '0'];
  const half = (parseInt(subnet, 16) & 0xff00).toString(16);
  return [`${site}:${subnet}::/64`, `${site}:${half}::/56`, `${site}::/48`];
}

/** The narrowest of {@link networksOf}. */
export const networkOf = (address: string): string => networksOf(address)[0];

/** The widest of {@link networksOf}. */
export const widestNetworkOf = (address: string): string => networksOf(address).at(-1)!;

const networksOfIPv4 = (address: string): readonly [string, string] => [
  address,
  `${address.split('.').slice(0, 3).join('.')}.0/24`,
];

const groupsOf = (text: string) => (text === '' ? [] : text.split(':'));

function bytesOf(group: string): number[] {
  const value = parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
