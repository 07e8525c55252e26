import type { ProviderClientOptions } from '#libs/provider-client';
import { createCodeProvider } from './code-provider.js';
import type { IdentityProvider } from './identity-provider.js';

/** Verifies by the telecom company, which sends a code to a number if it belongs to the name, and returns its CI. */
export function createTelecomProvider(options: ProviderClientOptions): IdentityProvider {
  return createCodeProvider(
    {
      method: 'PHONE_CODE',
      provider: 'telecom',
      sendPath: '/codes',
      unknownStatus: 'UNKNOWN_SUBSCRIBER',
      destination: ({ name, mobile, carrier }) => ({ name, mobile, ...(carrier && { carrier }) }),
    },
    options,
  );
}
