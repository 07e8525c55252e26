import { isIP } from 'node:net';
import { z } from 'zod';
import { withForm } from './setting-form.js';
import { list } from './values.js';

/** Ranges that Fastify's `trustProxy` accepts by name. */
const namedRanges = ['loopback', 'linklocal', 'uniquelocal'];
const mostHops = 10;

const expectation =
  'must be the number of proxies in front (1 to 10), or their addresses and networks separated by commas ' +
  '(10.0.0.7, 10.1.0.0/16, loopback); without proxies leave it out';

/**
 * The proxies whose X-Forwarded-For is believed, by their number or by their addresses. Without any, or with `false`,
 * the client's address is that of the connection. `true` is refused: a client could then state any address.
 */
export const trustedProxies = withForm(z.string(), { unit: 'number, or addresses separated by commas' })
  .transform((text, context): false | number | string[] => {
    const given = text.trim();
    if (given === 'false') return false;
    if (/^\d+$/.test(given)) {
      const hops = Number(given);
      if (hops >= 1 && hops <= mostHops) return hops;
    } else {
      const ranges = given.split(',').map((range) => range.trim());
      if (ranges.every((range) => namedRanges.includes(range) || isAddressOrNetwork(range))) return ranges;
    }
    context.addIssue({ code: 'custom', message: expectation });
    return z.NEVER;
  })
  .default(false);

/** IP addresses and networks in prefix notation, separated by commas. */
export const networks = withForm(
  list.pipe(
    z.array(z.string().refine(isAddressOrNetwork, 'must be an address or a network, as 203.0.113.0/24')),
  ),
  { unit: 'networks, separated by commas' },
);

/** Whether a text is an IP address or a network in prefix notation (RFC 4632 section 3.1, RFC 4291 section 2.3). */
function isAddressOrNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || more.length > 0) return false;
  if (prefix === undefined) return true;
  return (
    /^(0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= (version === 4 ? 32 : 128)
  );
}
