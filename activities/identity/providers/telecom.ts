import type { ProviderClientOptions } from '#libs/provider-client';
import { createCodeProvider } from './code-provider.js';
import type { IdentityProvider } from './identity-provider.js';

/** The telecom company: sends a code to a number if it belongs to that name, and says whose it is. */
export function createTelecomProvider(options: ProviderClientOptions): IdentityProvider {
  return createCodeProvider(
    {
      method: 'PHONE_CODE',
      provider: 'telecom',
      sendPath: '/codes',
      unknownStatus: 'UNKNOWN_SUBSCRIBER',
      addressee: ({ name, mobile, carrier }) => ({ name, mobile, ...(carrier && { carrier }) }),
    },
    options,
  );
}
