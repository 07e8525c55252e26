import { isIPv6 } from 'node:net';

/**
 * The network by which an address is counted: an IPv4 address itself, of IPv6 the first 64 bits, because whoever has
 * one address of such a network has all of them (RFC 6177, RFC 4291 section 2.5.4).
 *
 * @param address as a socket gives it; an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is the IPv4 address
 */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%'); // without the zone of a link-local address
  if (!isIPv6(bare)) return bare;
  const { hostname } = new URL(`http://[${bare}]`); // the one shortest form, in hexadecimal (RFC 5952)
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const groups = [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last];
  if (groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff')
    return groups.slice(6).flatMap(bytesOf).join('.');
  return `${groups.slice(0, 4).join(':')}::/64`;
}

const groupsOf = (text: string) => (text === '' ? [] : text.split(':'));

function bytesOf(group: string): number[] {
  const value = parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
