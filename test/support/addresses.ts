import { loadConfig, temporalServerConfig } from '#libs/config';
import { temporalServerOf, type TemporalAddress } from '#libs/temporal';
import { z } from 'zod';

/** The addresses of a running stack, for its clients. */
export interface Addresses {
  readonly gateway: string;
  readonly ops: string;
  readonly sandbox: string;
  readonly kafkaBrokers: readonly string[];
  readonly temporal: TemporalAddress;
}

/**
 * Reads the addresses that the launcher passes to demo and tests in their environment.
 *
 * @throws Error with the name of every missing key
 */
export function readAddresses(env: NodeJS.ProcessEnv = process.env): Addresses {
  const missing: string[] = [];
  const read = (key: string) => {
    const value = env[key]?.trim();
    if (!value) missing.push(key);
    return value ?? '';
  };
  read('RESEAL_TEMPORAL_ADDRESS');
  const addresses = {
    gateway: withoutSlash(read('RESEAL_GATEWAY_URL')),
    ops: withoutSlash(read('RESEAL_OPS_URL')),
    sandbox: withoutSlash(read('RESEAL_SANDBOX_URL')),
    kafkaBrokers: read('RESEAL_KAFKA_BROKERS')
      .split(',')
      .map((broker) => broker.trim()),
    temporal: temporalServerOf(loadConfig(z.object(temporalServerConfig), env)),
  };
  if (missing.length > 0)
    throw new Error(
      `The environment lacks addresses of the stack: ${missing.join(', ')}. ` +
        '`npm run demo` and `npm test` set them. To set them by hand, copy them from run/stack.json in the state folder.',
    );
  return addresses;
}

const withoutSlash = (url: string) => url.replace(/\/+$/, '');
