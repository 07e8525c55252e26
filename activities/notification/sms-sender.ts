import {
  addressName,
  callProvider,
  measureCall,
  type OnCall,
  type ProviderOptions,
} from '#libs/provider-client';
import { z } from 'zod';
import type { SmsSender } from './senders.js';

const accepted = z.object({ status: z.literal('ACCEPTED') });

/** Sends SMS through an HTTP gateway that drops repetitions by `messageId`. */
export function createSmsSender({
  onCall,
  ...options
}: ProviderOptions & { readonly onCall?: OnCall }): SmsSender {
  const provider = 'sms';
  const measured = { provider, address: addressName(options.url), onCall };
  return {
    async send({ messageId, to, text }) {
      await measureCall(measured, () =>
        callProvider(options, { provider, body: { messageId, to, text }, answer: accepted }),
      );
    },
  };
}
