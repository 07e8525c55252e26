import { createOneWonProvider, createTelecomProvider, type IdentityProvider } from '#activities/identity';
import type { CircuitOptions } from '#libs/provider-client';
import type { Config } from './config.js';

/** What the providers of the identity methods need, beside their configuration. */
export interface IdentityProviderParts {
  readonly onCircuitChange: NonNullable<CircuitOptions['onChange']>;
}

/** One provider for each method of identification that is configured. */
export function createIdentityProviders(
  config: Config,
  { onCircuitChange }: IdentityProviderParts,
): IdentityProvider[] {
  const outside = { timeoutMs: config.providerTimeoutMs, circuit: { onChange: onCircuitChange } };
  return [
    createTelecomProvider({ urls: config.telecomUrl, ...outside }),
    createOneWonProvider({ urls: config.oneWonUrl, ...outside }),
  ];
}
