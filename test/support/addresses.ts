/** Where the parts of a running stack are that a client of it may talk to. */
export interface Addresses {
  readonly gateway: string;
  readonly ops: string;
  readonly sandbox: string;
  readonly kafkaBrokers: readonly string[];
  readonly temporal: { readonly address: string; readonly namespace: string };
}

/**
 * Reads the addresses that the local launcher hands to demo and tests.
 *
 * @throws Error that names every key that is missing
 */
export function readAddresses(env: NodeJS.ProcessEnv = process.env): Addresses {
  const missing: string[] = [];
  const read = (key: string) => {
    const value = env[key]?.trim();
    if (!value) missing.push(key);
    return value ?? '';
  };
  const addresses = {
    gateway: withoutSlash(read('RESEAL_GATEWAY_URL')),
    ops: withoutSlash(read('RESEAL_OPS_URL')),
    sandbox: withoutSlash(read('RESEAL_SANDBOX_URL')),
    kafkaBrokers: read('RESEAL_KAFKA_BROKERS')
      .split(',')
      .map((broker) => broker.trim()),
    temporal: {
      address: read('RESEAL_TEMPORAL_ADDRESS'),
      namespace: env['RESEAL_TEMPORAL_NAMESPACE']?.trim() || 'reseal',
    },
  };
  if (missing.length > 0)
    throw new Error(
      `Where is the stack? Missing in the environment: ${missing.join(', ')}. ` +
        '`npm run demo` and `npm test` set them; by hand, take them from run/stack.json in the state folder.',
    );
  return addresses;
}

const withoutSlash = (url: string) => url.replace(/\/+$/, '');
