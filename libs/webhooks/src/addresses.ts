export interface AddressRules {
  /** Hosts that events may be sent to, each as `host`, which stands for the scheme's own port, or `host:port`. */
  readonly hosts: readonly string[];
  /** Whether `http:` will do, and `host:*` for every port of a host, as they do on one machine. */
  readonly insecure: boolean;
}

const schemePorts: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/** `host`, `host:port` or `host:*`; an IPv6 address stands in brackets. */
export const webhookHost = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?:\d{1,5}|\*))?$/;

/** Why an address may not be called; undefined if it may. */
export function addressFault(address: string, { hosts, insecure }: AddressRules): string | undefined {
  const url = URL.parse(address);
  const schemePort = schemePorts[url?.protocol ?? ''];
  if (!url || schemePort === undefined) return 'it is no https address';
  if (url.protocol === 'http:' && !insecure) return 'it is not https';
  if (url.username || url.password) return 'it has credentials in it';
  const { hostname, port } = url;
  // The parser leaves out the scheme's own port.
  const names = port === '' ? [hostname, `${hostname}:${schemePort}`] : [`${hostname}:${port}`];
  if (insecure) names.push(`${hostname}:*`);
  if (!names.some((name) => hosts.includes(name))) return `RESEAL_WEBHOOK_HOSTS does not name ${names[0]}`;
  return undefined;
}
