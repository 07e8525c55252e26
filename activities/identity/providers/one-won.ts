import type { ProviderClientOptions } from '#libs/provider-client';
import { createCodeProvider } from './code-provider.js';
import type { IdentityProvider } from './identity-provider.js';

/** The transfer of one won, with a code in the depositor's name, to the customer's account. */
export function createOneWonProvider(options: ProviderClientOptions): IdentityProvider {
  return createCodeProvider(
    {
      method: 'ONE_WON',
      provider: 'one-won',
      sendPath: '/transfers',
      unknownStatus: 'UNKNOWN_ACCOUNT',
      addressee: ({ bank, account }) => ({ bank, account }),
    },
    options,
  );
}
