export interface AddressRules {
  /** Host names that may be told of events; nobody else is ever called. */
  readonly hosts: readonly string[];
  /** Whether `http:` will do, as it does on one machine. */
  readonly insecure: boolean;
}

/** Why an address may not be called; undefined if it may. */
export function addressFault(address: string, { hosts, insecure }: AddressRules): string | undefined {
  const url = URL.parse(address);
  if (!url || !['https:', 'http:'].includes(url.protocol)) return 'it is no https address';
  if (url.protocol === 'http:' && !insecure) return 'it is not https';
  if (url.username || url.password) return 'it has credentials in it';
  if (!hosts.includes(url.hostname)) return `RESEAL_WEBHOOK_HOSTS does not name ${url.hostname}`;
  return undefined;
}
