export interface AddressRules {
  /** Hosts that events may be sent to: `host` for the default port of the scheme, or `host:port`. */
  readonly hosts: readonly string[];
  /** Whether `http:` is allowed, and `host:*` for every port of a host, as in development. */
  readonly insecure: boolean;
}

const schemePorts: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/** `host`, `host:port` or `host:*`; an IPv6 address is in brackets. */
export const webhookHost = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?:\d{1,5}|\*))?$/;

/** The reason why an address is refused; undefined if it is allowed. */
export function addressFault(address: string, { hosts, insecure }: AddressRules): string | undefined {
  const url = URL.parse(address);
  const schemePort = schemePorts[url?.protocol ?? ''];
  if (!url || schemePort === undefined) return 'it is not an https address';
  if (url.protocol === 'http:' && !insecure) return 'it is not https';
  if (url.username || url.password) return 'it contains credentials';
  const { hostname, port } = url;
  // `URL` omits the default port of the scheme.
  const names = port === '' ? [hostname, `${hostname}:${schemePort}`] : [`${hostname}:${port}`];
  if (insecure) names.push(`${hostname}:*`);
  if (!names.some((name) => hosts.includes(name))) return `RESEAL_WEBHOOK_HOSTS does not name ${names[0]}`;
  return undefined;
}
