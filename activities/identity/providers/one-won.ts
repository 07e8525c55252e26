import type { ProviderClientOptions } from '#libs/provider-client';
import { createCodeProvider } from './code-provider.js';
import type { IdentityProvider } from './identity-provider.js';

/** Verifies by a transfer of one won to the customer's account, with a code in the depositor's name. */
export function createOneWonProvider(options: ProviderClientOptions): IdentityProvider {
  return createCodeProvider(
    {
      method: 'ONE_WON',
      provider: 'one-won',
      sendPath: '/transfers',
      unknownStatus: 'UNKNOWN_ACCOUNT',
      destination: ({ bank, account }) => ({ bank, account }),
    },
    options,
  );
}
